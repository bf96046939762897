// A session's Paho client. Only the files of the wall (session.cpp, paho_connect.cpp) include it.
#pragma once

#include <MQTTAsync.h>

#include <array>
#include <map>
#include <string>
#include <vector>

#include "mqtt/session.hpp"

namespace fieldgate::mqtt {

struct Session::Paho {
  explicit Paho(std::shared_ptr<Mailbox> box, Plan p) : mailbox(std::move(box)), plan(std::move(p)) {}

  Event event(Event::Kind kind, int code = 0) const { return {.kind = kind, .session = plan.session, .code = code}; }
  void tell(Event::Kind kind, int code = 0) { mailbox->post(event(kind, code)); }
  bool v5() const { return plan.version == MQTTVERSION_5; }

  void create();
  void set_outcomes();
  int connect();
  void fill_tls();
  void ask_for_answers(MQTTAsync_connectOptions& options);
  MQTTProperties properties_of(std::string_view content_encoding, std::string_view correlation);

  // Called by Paho's threads, with its lock held.
  void connected(int session_present, MQTTProperties* properties);
  void refused(int code, const char* message);
  void arrived(const char* topic, std::size_t topic_size, MQTTAsync_message& message);
  int tls_error(const char* text, std::size_t size);

  std::shared_ptr<Mailbox> mailbox;
  Plan plan;
  MQTTAsync handle = nullptr;
  int created = MQTTASYNC_FAILURE;
  // Paho reads these while it connects, so they live as long as it.
  MQTTAsync_SSLOptions tls = MQTTAsync_SSLOptions_initializer;
  std::string alpn;
  std::string tls_failure;
  std::vector<Meta> properties;
  std::array<MQTTProperty, 2> outgoing{};  // of the publication in hand
  /// The context of a subscription's callbacks.
  struct Subscribing {
    Paho* paho = nullptr;
    std::size_t index = 0;
    void end(int code);
  };
  std::map<std::size_t, Subscribing> subscribing;
  // One for all publications: only the pointer in it changes.
  MQTTAsync_responseOptions response = MQTTAsync_responseOptions_initializer;
};

/// What a callback was given as its context.
inline Session::Paho& paho(void* context) { return *static_cast<Session::Paho*>(context); }

}  // namespace fieldgate::mqtt
