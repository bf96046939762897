// Commands from a real mosquitto, as far as the sink reads and answers them.
#include "sink/mqtt_commands.hpp"

#include <optional>

#include "support/catch.hpp"
#include "support/mosquitto.hpp"
#include "support/mqtt_probe.hpp"

using namespace fieldgate;
using namespace fieldgate::test;
using namespace std::chrono_literals;
using device::CommandState;

namespace {

expression::Template filled(const std::string& text, expression::Place place) {
  auto made = expression::Template::parse(text, place);
  REQUIRE(made);
  expression::Paths paths;
  made->bind({"plant-7", ""}, paths);
  return *made;
}

/// The commands of a sink on a client of their own; `asked` is what the gateway would be given.
struct Owner final : mqtt::Handler {
  explicit Owner(const std::string& url, const std::string& device = "{{ topic.1 }}")
      : client(reactor, options_for(url), named("sink"), telemetry::Log("sink cloud"), *this) {
    sink::MqttCommandOptions options;
    options.subscribe = filled("{{ gateway }}/+/command", expression::Place::topic);
    if (!device.empty()) options.device = filled(device, expression::Place::plain);
    options.respond = filled("answers/{{ device }}", expression::Place::topic);
    options.allow = {"set_relay"};
    const auto take = [this](device::CommandRequest request, const std::vector<std::string>& allowed) {
      CHECK(allowed == std::vector<std::string>{"set_relay"});
      asked.push_back(std::move(request));
    };
    commands.emplace(options, client, take, reactor, "cloud", metrics, telemetry::Log("sink cloud"));
  }

  void connected(bool) override { commands->connected(); }
  void disconnected(const std::string&) override {}
  void settled() override { commands->settled(); }
  void subscribed(std::size_t, int code) override {
    granted = code;
    commands->subscribed(code);
  }
  bool message(const mqtt::Incoming& incoming, const Instant&) override {
    commands->message(incoming);
    return true;
  }

  void connect() {
    client.start();
    REQUIRE(until([&] { return granted == 1; }));
  }
  template <class Condition>
  bool until(Condition condition) {
    return run_until(reactor, condition, 20s);
  }
  /// Tells what became of the last one asked for.
  void tell(CommandState state) {
    device::CommandStatus status;
    status.request = asked.back();
    status.state = state;
    commands->told(status);
  }
  bool counted(const std::string& reason) const {
    return metrics.prometheus().find("fieldgate_sink_commands_refused_total{sink=\"cloud\",reason=\"" + reason +
                                     "\"} 1") != std::string::npos;
  }

  reactor::Reactor reactor;
  telemetry::Metrics metrics;
  std::optional<int> granted;
  std::vector<device::CommandRequest> asked;
  std::optional<sink::MqttCommands> commands;
  mqtt::Client client;
};

constexpr const char* relay = R"({"id":"42","command":"set_relay","args":{"state":"closed"}})";

}  // namespace

TEST_CASE("a command says what, for whom and for which asker") {
  Mosquitto broker;
  Owner owner(broker.url());
  owner.connect();
  auto answers = broker.subscriber("answers/#");
  broker.publish("plant-7/hall%2Fa/command", relay);
  REQUIRE(owner.until([&] { return owner.asked.size() == 1; }));
  const device::CommandRequest& request = owner.asked[0];
  CHECK(request.id == "42");
  CHECK(request.name == "set_relay");
  CHECK(request.content == R"({"state":"closed"})");
  CHECK(request.device == "hall/a");
  CHECK(request.from == "sink cloud");
  CHECK(request.reply_to == "answers/hall%2Fa");
  CHECK(request.correlation.empty());
  owner.tell(CommandState::queued);
  owner.tell(CommandState::sent);
  REQUIRE(owner.until([&] { return owner.commands->idle(); }));
  REQUIRE(answers->wait_for_output("\"sent\""));
  CHECK(answers->output().find("\"queued\"") < answers->output().find("\"sent\""));
}

TEST_CASE("without a template the command names its device") {
  Mosquitto broker;
  Owner owner(broker.url(), "");
  owner.connect();
  broker.publish("plant-7/x/command", R"({"command":"set_relay","device":"m-1"})");
  REQUIRE(owner.until([&] { return owner.asked.size() == 1; }));
  CHECK(owner.asked[0].device == "m-1");
  broker.publish("plant-7/x/command", R"({"command":"set_relay"})");
  CHECK(owner.until([&] { return owner.counted("device"); }));
}

TEST_CASE("a command is for no other device than its topic") {
  Mosquitto broker;
  Owner owner(broker.url());
  owner.connect();
  auto answers = broker.subscriber("answers/m-2");
  broker.publish("plant-7/m-2/command", R"({"command":"set_relay","device":"m-1"})");
  REQUIRE(owner.until([&] { return owner.counted("device") && owner.commands->idle(); }));
  CHECK(answers->wait_for_output("another device than its topic"));
  CHECK(owner.asked.empty());
}

TEST_CASE("an answer never goes where commands come from") {
  Mosquitto broker;
  Owner owner(broker.url());
  owner.connect();
  auto answers = broker.subscriber("answers/m-1");
  run({"mosquitto_pub", "-h", "127.0.0.1", "-p", std::to_string(broker.port()), "-V", "5", "-q", "1", "-t",
       "plant-7/m-1/command", "-m", relay, "-D", "publish", "response-topic", "plant-7/m-2/command"});
  REQUIRE(owner.until([&] { return owner.counted("response_topic") && owner.commands->idle(); }));
  CHECK(answers->wait_for_output("\"refused\""));
  CHECK(owner.asked.empty());
}

TEST_CASE("answers wait for the broker, and the oldest go first when there are too many") {
  Mosquitto broker;
  Owner owner(broker.url());
  owner.connect();
  broker.publish("plant-7/m-1/command", relay);
  REQUIRE(owner.until([&] { return owner.asked.size() == 1; }));
  broker.kill();
  REQUIRE(owner.until([&] { return !owner.client.connected(); }));
  owner.tell(CommandState::queued);
  for (std::size_t i = 0; i < sink::MqttResponses::most; ++i) owner.tell(CommandState::sent);
  CHECK(owner.metrics.prometheus().find(
            "fieldgate_sink_responses_dropped_total{sink=\"cloud\",reason=\"overflow\"} 1") != std::string::npos);
  broker.start();
  REQUIRE(owner.until([&] { return owner.commands->idle(); }));
  CHECK(owner.metrics.prometheus().find("fieldgate_sink_responses_total{sink=\"cloud\"} 1000") != std::string::npos);
}
