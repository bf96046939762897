// An owner of an MQTT client that writes down what it is told. For test programs that link the mqtt room.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "mqtt/client.hpp"
#include "support/reactor.hpp"

namespace fieldgate::test {

struct Probe final : mqtt::Handler {
  Probe(reactor::Reactor& reactor, mqtt::Options options, mqtt::Setup setup)
      : reactor_(reactor), client(reactor, std::move(options), std::move(setup), telemetry::Log("probe"), *this) {}

  void connected(bool present) override {
    ++connects;
    session_present = present;
    for (std::size_t i = 0; i < subscriptions.size(); ++i) client.subscribe(i, subscriptions[i], true);
  }
  void disconnected(const std::string& text) override { problems.push_back(text); }
  void subscribed(std::size_t index, int code) override { answers[index] = code; }
  bool message(const mqtt::Incoming& incoming, const Instant&) override {
    messages.push_back(std::string(incoming.topic) + " " + std::string(incoming.payload));
    for (const Meta& property : incoming.properties)
      properties.push_back(std::string(property.name) + "=" + std::string(property.value));
    if (!incoming.response_topic.empty()) response_topics.emplace_back(incoming.response_topic);
    if (!incoming.correlation.empty()) correlations.emplace_back(incoming.correlation);
    retained = incoming.retain;
    return take;
  }
  void pressure() override { ++pressures; }
  void dropped(std::uint64_t overflow, std::uint64_t too_large) override { lost += overflow, large += too_large; }

  template <class Condition>
  bool until(Condition condition, std::chrono::milliseconds deadline = std::chrono::seconds(20)) {
    return run_until(reactor_, condition, deadline);
  }
  bool connect() {
    client.start();
    return until([&] { return client.connected(); });
  }
  /// Publishes one message and returns what became of it.
  int publish(const std::string& topic, const std::string& payload, int qos, bool retain = false,
              const std::string& correlation = "") {
    auto bundle = std::make_shared<mqtt::Bundle>();
    bundle->clear(qos, retain);
    bundle->add(topic, payload, correlation);
    client.publish(bundle);
    return until([&] { return bundle->settled(); }) ? bundle->outcome(0) : mqtt::Bundle::pending;
  }
  /// All that went wrong, for a failing test to show.
  std::string story() const {
    std::string text;
    for (const std::string& problem : problems) text += problem + "\n";
    return text;
  }
  bool problem_has(std::string_view text) const {
    return !problems.empty() && problems.back().find(text) != std::string::npos;
  }

 private:
  reactor::Reactor& reactor_;

 public:
  int connects = 0;
  bool session_present = false;
  bool take = true;
  int pressures = 0;
  std::uint64_t lost = 0;
  std::uint64_t large = 0;
  std::vector<mqtt::Subscription> subscriptions;
  std::map<std::size_t, int> answers;
  std::vector<std::string> messages;
  std::vector<std::string> properties;
  std::vector<std::string> response_topics;
  std::vector<std::string> correlations;
  bool retained = false;  ///< the last message
  std::vector<std::string> problems;
  mqtt::Client client;  // last: it tells the others
};

inline mqtt::Options options_for(const std::string& url) {
  mqtt::Options options;
  options.servers = {*mqtt::Server::parse(url)};
  options.reconnect_initial = std::chrono::milliseconds(20);
  options.reconnect_max = std::chrono::milliseconds(200);
  return options;
}

inline mqtt::Setup named(const std::string& client_id) {
  mqtt::Setup setup;
  setup.client_id = client_id;
  return setup;
}

}  // namespace fieldgate::test
