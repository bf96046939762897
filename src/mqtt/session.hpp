// One connection to one broker, by Paho. All calls into Paho are in session.cpp, and all of them are made by a worker's
// thread.
//
// The C interface under Paho MQTT C++: its callbacks carry a pointer of ours, so that an acknowledgement costs no
// search, and no token is allocated for a publication. The C++ layer of 1.2.0 also brings its own deadlocks and copies
// of options (paho.mqtt.cpp #356, #385, #445, #325); none of it is in the way here.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "mqtt/mailbox.hpp"
#include "mqtt/options.hpp"

namespace fieldgate::mqtt {

/// Everything about one attempt to connect. Paho keeps pointers into some of it, so a session holds its own until its
/// end.
struct Plan {
  std::uint64_t session = 0;  ///< number of the session, in its events
  Server server;
  std::string address;  ///< what Paho connects to: a literal, or with TLS the name to be verified
  int version = 5;      ///< 4 (3.1.1) or 5
  std::string client_id;
  bool clean_start = true;
  std::uint32_t session_expiry_s = 0;
  std::string username;
  std::string password;
  config::TlsClientOptions tls;
  int keepalive_s = 60;
  int connect_timeout_s = 10;
  std::optional<Will> will;
  int window = 64;
  std::uint32_t max_packet = 0;
};

struct Subscription {
  std::string filter;
  int qos = 1;
  bool retain_as_published = false;  ///< a retained publication says so even where it comes at once (v5)
  bool operator==(const Subscription&) const = default;
};

/// What Paho would do when the process begins: keeps it from reading http_proxy. Call it before other threads run.
void prepare_process();

/// Wakes Paho's sending thread, should it have missed something.
void nudge();

/// A Paho client, made for one connection and destroyed with it: what the last one left behind in Paho's queues cannot
/// leak into the next. What it tells goes to the mailbox.
class Session {
 public:
  Session(std::shared_ptr<Mailbox> mailbox, Plan plan);
  /// Ends the connection (with DISCONNECT, if it stands) and forgets all that was under way. No callback comes after
  /// it.
  ~Session();
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  std::uint64_t number() const;

  /// Begins to connect; how it ends is told by an event, and so is a failure to begin.
  void open();

  /// Hands publications to Paho. Their outcomes go to the mailbox; those it will not take have theirs at once.
  void publish(std::span<Bundle::Item* const> items);

  /// Subscribes to one filter; `index` comes back with the event.
  void subscribe(std::size_t index, const Subscription& subscription, bool want_retained);

  struct Paho;

 private:
  std::unique_ptr<Paho> paho_;
};

}  // namespace fieldgate::mqtt
