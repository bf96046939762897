// The options of the `mqtt` adapter.
#include "adapter/mqtt.hpp"
#include "mqtt/topic.hpp"

namespace fieldgate::adapter {
namespace {

constexpr int most_filters = 1000;

std::vector<mqtt::Subscription> read_subscriptions(config::Section& section) {
  std::vector<mqtt::Subscription> subscriptions;
  section.sections("subscribe", "What to subscribe to", [&](config::Section& s) {
    mqtt::Subscription subscription;
    subscription.filter =
        s.text("topic", config::required, "A topic filter, with + and #; $share/GROUP/FILTER to share it with others");
    subscription.qos = static_cast<int>(s.integer("qos", 1, "The highest QoS to receive with", {0, 2}));
    if (subscription.filter.empty()) return;
    if (const auto fine = mqtt::check_filter(subscription.filter); !fine)
      s.error("topic", "the filter " + fine.error().text);
    for (const auto& other : subscriptions) {
      if (other.filter == subscription.filter) s.error("topic", "is subscribed to twice");
    }
    subscriptions.push_back(std::move(subscription));
  });
  if (!section.describing() && !section.has("subscribe")) {
    section.error("subscribe", "is required: a list like [ { topic: \"plant/+/up\", qos: 1 } ]");
  }
  if (subscriptions.size() > most_filters) section.error("subscribe", "at most 1000 filters");
  return subscriptions;
}

}  // namespace

Mqtt::Config Mqtt::Config::read(config::Section& section) {
  Config config;
  config.connection = mqtt::Options::read(section);
  config.client_id =
      expression::read_template(section, "client_id", {"", "fieldgate-{{ gateway }}-NAME"},
                                "The name by which the broker knows the gateway; no other client may have it",
                                expression::Place::plain, expression::Names::constant);
  config.subscribe = read_subscriptions(section);
  config.session_expiry =
      section.duration("session_expiry", config.session_expiry,
                       "How long the broker keeps messages while the gateway is away; 0s: not at all");
  config.take_retained =
      section.choice<bool>("retained", true, "What to do with messages that the broker had kept from before",
                           {{"accept", true}, {"ignore", false}});
  config.protocol = protocol::FramedConfig::read(section, protocol::FramedConfig::Transport::mqtt);
  return config;
}

}  // namespace fieldgate::adapter
