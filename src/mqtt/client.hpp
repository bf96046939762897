// An MQTT client for the reactor. The face of this room.
//
// Paho stands behind a wall: the reactor never calls it, its callbacks only copy and hand over, one worker thread a
// client makes all calls. The client connects for ever, with backoff, to one of its servers; every connection is a
// fresh Paho client.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "mqtt/mailbox.hpp"
#include "mqtt/options.hpp"
#include "mqtt/session.hpp"
#include "reactor/reactor.hpp"
#include "telemetry/log.hpp"

namespace fieldgate::mqtt {

/// What a client tells its owner; called on the reactor.
class Handler {
 public:
  /// The broker let us in. Without a session of ours there, subscriptions have to be made again.
  virtual void connected(bool session_present) = 0;
  /// The connection ended, or an attempt to connect failed: `text` says where and why.
  virtual void disconnected(const std::string& text) = 0;
  /// Some bundle was settled.
  virtual void settled() {}
  /// The broker's answer to a subscription: the granted QoS, or a refusal (0x80 and up).
  virtual void subscribed(std::size_t index, int code) { static_cast<void>(index), static_cast<void>(code); }
  /// Takes a message; false: no more for now, until Client::resume. `now` is when this turn began.
  virtual bool message(const Incoming& message, const Instant& now) {
    static_cast<void>(message), static_cast<void>(now);
    return true;
  }
  /// Messages arrive faster than they are taken: the inbox is half full.
  virtual void pressure() {}
  /// Messages were dropped: the inbox was full, or they were too large.
  virtual void dropped(std::uint64_t overflow, std::uint64_t too_large) {
    static_cast<void>(overflow), static_cast<void>(too_large);
  }

 protected:
  ~Handler() = default;
};

/// Lives on the reactor's thread.
class Client {
 public:
  /// `reactor` and `handler` outlive it.
  Client(reactor::Reactor& reactor, Options options, Setup setup, telemetry::Log log, Handler& handler);
  ~Client();
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  /// Begins to connect.
  void start();

  bool connected() const;
  /// Of this connection: the largest packet that the broker takes.
  std::size_t max_packet() const;
  /// QoS and retain as the broker has them: no more than it said it can.
  int possible_qos(int wanted) const;
  bool possible_retain(bool wanted) const;

  /// Hands over publications, of any number; at most the window of them is with Paho at a time. Without a connection
  /// they are lost at once. Their order is kept. The bundle is settled by Handler::settled, or when this returns.
  void publish(std::shared_ptr<Bundle> bundle);

  void subscribe(std::size_t index, Subscription subscription, bool want_retained);

  /// Ends the connection and stays away until `release`; messages that arrived are still there.
  void hold();
  void release();
  bool held() const;

  /// After Handler::message said no: goes on.
  void resume();

  /// Bytes that arrived and were not yet taken.
  std::size_t waiting() const;

  /// Says goodbye to the broker and ends; returns within `deadline` even if Paho does not.
  Awaitable<> stop(Duration deadline);

 private:
  class Core;
  std::shared_ptr<Core> core_;
};

}  // namespace fieldgate::mqtt
