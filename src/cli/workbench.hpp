// A protocol set up as an adapter would, with nothing round it: bytes in, and an observer that sees what becomes of
// them.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "gateway/laboratory.hpp"
#include "protocol/framed.hpp"
#include "protocol/observer.hpp"

namespace fieldgate::cli {

/// Who sends, and when.
struct Sender {
  std::string ip = "192.0.2.1";  ///< an address of documents (RFC 5737)
  std::uint16_t port = 50000;
  std::string topic;        ///< of an mqtt adapter
  std::string common_name;  ///< of a tls adapter
  Instant now = Instant::now();
};

/// One adapter's protocol. Every message is settled as soon as it is made, so that answers go out at once. Time passes
/// only as it is told.
class Workbench final : private protocol::Receiver {
 public:
  /// All outlive it.
  Workbench(const gateway::Subject& subject, const std::string& gateway, protocol::Observer& observer);
  ~Workbench();

  /// One connection, or one sender of datagrams.
  class Link;
  std::unique_ptr<Link> link(const Sender& sender);

  protocol::Framed& framed() { return framed_; }

  /// Gives a command to the device that was last heard. Where none is there, only its bytes are told to the observer.
  Result<void> command(std::string_view name, std::string_view arguments, const Instant& now);

 private:
  std::string_view admit(Message& message, protocol::Peer* peer) override { return hear(message, peer); }
  std::string_view admit_proven(Message& message, protocol::Peer* peer, const protocol::Proof&) override {
    return hear(message, peer);  // who is registered, and with which secret, only a gateway knows
  }
  std::string_view present(const Message& device, protocol::Peer& peer, const protocol::Proof*) override {
    return hear(device, &peer);
  }
  void gone(protocol::Peer& peer, std::string_view why) override;
  std::string_view hear(const Message& message, protocol::Peer* peer);
  Receipt message(Message& message) override;
  Receipt dead_letter(const Message& message, std::string_view reason, std::string_view text) override;
  bool open() const override { return true; }
  Receipt open_from(After) const override { return all_settled; }
  void hurry(After) override {}

  const gateway::Subject& subject_;
  expression::Environment environment_;
  expression::Paths paths_;
  telemetry::Metrics metrics_;
  telemetry::AdapterCounters counters_;
  protocol::Observer& observer_;
  protocol::Peer* peer_ = nullptr;  // of the device that was last heard
  std::string device_;
  Receipt last_ = 0;
  protocol::Framed framed_;
};

class Workbench::Link final : private transport::Transport {
 public:
  Link(Workbench& bench, const Sender& sender);
  ~Link() {
    if (protocol_) protocol_->connection_lost("closed");
  }
  Link(const Link&) = delete;
  Link& operator=(const Link&) = delete;

  /// What all that follows arrives at.
  void clock(const Instant& now) { sender_.now = now; }

  /// Bytes arrive: a piece of the stream, or a datagram. `about` is told what the protocol is going to see: the same,
  /// with what waits in front.
  void receive(Bytes bytes, const std::function<void(Bytes)>& about = {});

  /// Time passes until the protocol has something to do by itself, and it does it. False: there is nothing within so
  /// long.
  bool pass_time(Duration within);

  const Instant& now() const { return sender_.now; }

  /// What has come and is not yet used.
  Bytes waiting() const { return rest_; }

  /// Why the protocol has closed the connection; empty while it has not.
  std::string_view closed() const { return closed_; }

 private:
  void write(Bytes, Bytes) override {}  // the observer is told
  void close(std::string_view reason) override { closed_ = reason; }
  void look_again() override { again_ = true; }
  void look(const std::function<void(Bytes)>& about);

  Workbench& bench_;
  Sender sender_;
  Origin origin_;
  std::unique_ptr<protocol::Protocol> protocol_;  // null: datagrams
  std::string rest_;
  std::string closed_;
  bool again_ = false;
};

/// Logs nothing below errors: the observer is told of all that goes wrong.
void keep_log_quiet();

}  // namespace fieldgate::cli
