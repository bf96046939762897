// Where an adapter's messages enter the graph.
#pragma once

#include <vector>

#include "message/message.hpp"
#include "router/gate.hpp"
#include "router/input.hpp"

namespace fieldgate::router {

/// One adapter's way into the graph: the transforms and outlets that read it, and the gates of all outlets behind them.
/// Adapters hold it by pointer, so that a reload can put another in its place between two turns of the reactor.
class Inlet {
 public:
  /// `last_receipt` counts for the whole gateway; inputs and gates outlive the inlet.
  Inlet(Receipt& last_receipt, std::vector<Input*> inputs, std::vector<Gate*> gates)
      : last_receipt_(last_receipt), inputs_(std::move(inputs)), gates_(std::move(gates)) {}

  /// Numbers the message and hands it to all who read this adapter.
  Receipt dispatch(Message& message) {
    message.receipt = ++last_receipt_;
    for (Input* input : inputs_) input->accept(message);
    return message.receipt;
  }

  /// False while any outlet behind it wants no more: whoever can stop reading must.
  bool open() const {
    for (const Gate* gate : gates_) {
      if (!gate->open()) return false;
    }
    return true;
  }

  /// Returns once all gates are open together.
  Awaitable<> opened() {
    while (!open()) {
      for (Gate* gate : gates_) co_await gate->wait();
    }
  }

 private:
  Receipt& last_receipt_;
  std::vector<Input*> inputs_;
  std::vector<Gate*> gates_;
};

}  // namespace fieldgate::router
