// Where an adapter's messages enter the graph, and where it hears what became of them.
#pragma once

#include "adapter/adapter.hpp"
#include "protocol/framed.hpp"
#include "reactor/reactor.hpp"
#include "router/inlet.hpp"

namespace fieldgate::adapter {

/// One adapter's protocol and the inlet of the graph, brought together. Wakes the protocol when messages are settled,
/// while answers wait for that, and when something falls due.
class Entrance final : public protocol::Receiver {
 public:
  /// `remember`: how long a sender without a connection counts as there.
  Entrance(const Context& context, const device::SourceOptions& options, std::optional<Duration> remember = {});

  /// To be called before anything else. The protocol, and the inlet behind the pointer, outlive all use of this.
  void connect(router::Inlet* const& inlet, protocol::Framed& protocol);

  /// Returns once the gateway can take more.
  Awaitable<> opened() { return (*inlet_)->opened(); }

  // protocol::Receiver
  std::string_view admit(Message& message, protocol::Peer* peer) override {
    return devices_.admit(source_, message, peer);
  }
  std::string_view admit_proven(Message& message, protocol::Peer* peer, const protocol::Proof& proof) override {
    return devices_.admit(source_, message, peer, &proof);
  }
  std::string_view present(const Message& device, protocol::Peer& peer, const protocol::Proof* proof) override {
    return devices_.present(source_, device, peer, proof);
  }
  void gone(protocol::Peer& peer, std::string_view why) override;
  void recorded(const protocol::FrameRecord& record) override;
  Receipt message(Message& message) override {
    const Receipt receipt = (*inlet_)->dispatch(message);
    recorder_.show(message);
    return receipt;
  }
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
  device::Devices& devices_;
  device::Source& source_;
  device::Recorder& recorder_;
  router::Inlet* const* inlet_ = nullptr;
  protocol::Framed* protocol_ = nullptr;
  bool settling_ = false;
  Timer due_;
  bool keeping_time_ = false;
  bool stopped_ = false;
};

}  // namespace fieldgate::adapter
