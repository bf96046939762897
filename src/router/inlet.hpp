// Where an adapter's messages enter the graph.
#pragma once

#include <algorithm>
#include <utility>
#include <vector>

#include "buffer/dead_letters.hpp"
#include "buffer/settling.hpp"
#include "message/message.hpp"
#include "router/gate.hpp"
#include "router/input.hpp"

namespace fieldgate::router {

/// One adapter's way into the graph: the transforms and outlets that read it, the gates of all outlets behind them, and
/// all who keep its messages until they are settled. Adapters hold it by pointer, so that a reload can put another in
/// its place between two turns of the reactor.
class Inlet {
 public:
  /// `last_receipt` counts for the whole gateway; all that is pointed to outlives the inlet.
  Inlet(asio::io_context& io, Receipt& last_receipt, std::vector<Input*> inputs, std::vector<Gate*> gates,
        std::vector<buffer::Settling*> keepers, buffer::DeadLetters* dead_letters = nullptr)
      : last_receipt_(last_receipt),
        inputs_(std::move(inputs)),
        gates_(std::move(gates)),
        keepers_(std::move(keepers)),
        dead_letters_(dead_letters),
        settled_(io) {
    for (buffer::Settling* keeper : keepers_) keeper->watch(settled_);
  }

  /// Numbers the message and hands it to all who read this adapter. The receipt is that of the last message that was
  /// made out of it: when that is settled, all are.
  Receipt dispatch(Message& message) {
    message.receipt = ++last_receipt_;
    for (Input* input : inputs_) input->accept(message);
    return last_receipt_;
  }

  /// Keeps what can be no message, with the reason (a counter's label) and what is wrong. An answer that waits for the
  /// receipt goes out when the letter is on disk.
  Receipt dead_letter(const Message& message, std::string_view reason, std::string_view text);

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

  /// The lowest receipt that is not settled so; an answer for a lower one may go out. `all_settled` where none is open.
  Receipt open_from(After after) const {
    Receipt lowest = all_settled;
    if (after == After::received) return lowest;
    for (const buffer::Settling* keeper : keepers_) lowest = std::min(lowest, keeper->open_from(after));
    return lowest;
  }

  /// An answer waits: no batch may wait for its time-out. To be called when the answer begins to wait.
  void hurry(After after) {
    for (buffer::Settling* keeper : keepers_) keeper->hurry(after);
  }

  /// Notified whenever open_from() may have grown.
  reactor::Event& settled() { return settled_; }

 private:
  Receipt& last_receipt_;
  std::vector<Input*> inputs_;
  std::vector<Gate*> gates_;
  std::vector<buffer::Settling*> keepers_;
  buffer::DeadLetters* dead_letters_;
  reactor::Event settled_;
};

}  // namespace fieldgate::router
