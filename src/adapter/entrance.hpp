// Where an adapter's messages enter the graph, and where it hears what became of them.
#pragma once

#include "protocol/framed.hpp"
#include "reactor/reactor.hpp"
#include "router/inlet.hpp"

namespace fieldgate::adapter {

/// One adapter's protocol and the inlet of the graph, brought together. Wakes the protocol when messages are settled,
/// while answers wait for that, and when something falls due.
class Entrance final : public protocol::Receiver {
 public:
  explicit Entrance(reactor::Reactor& reactor) : reactor_(reactor), due_(reactor.io()) {}

  /// To be called before anything else. The protocol, and the inlet behind the pointer, outlive all use of this.
  void connect(router::Inlet* const& inlet, protocol::Framed& protocol);

  /// Returns once the gateway can take more.
  Awaitable<> opened() { return (*inlet_)->opened(); }

  // protocol::Receiver
  Receipt message(Message& message) override { return (*inlet_)->dispatch(message); }
  Receipt dead_letter(const Message& message, std::string_view reason, std::string_view text) override {
    return (*inlet_)->dead_letter(message, reason, text);
  }
  bool open() const override { return (*inlet_)->open(); }
  Receipt open_from(After after) const override { return (*inlet_)->open_from(after); }
  void hurry(After after) override;
  void due_changed() override;

  /// Nothing falls due any more.
  void stop();

 private:
  Awaitable<> settle();
  Awaitable<> keep_time();

  reactor::Reactor& reactor_;
  router::Inlet* const* inlet_ = nullptr;
  protocol::Framed* protocol_ = nullptr;
  bool settling_ = false;
  Timer due_;
  bool keeping_time_ = false;
  bool stopped_ = false;
};

}  // namespace fieldgate::adapter
