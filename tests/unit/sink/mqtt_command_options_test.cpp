#include "sink/mqtt_command_options.hpp"

#include "support/catch.hpp"
#include "unit/config/reading.hpp"

using namespace fieldgate;
using sink::MqttCommandOptions;

namespace {

struct Read {
  explicit Read(const std::string& commands)
      : reading(commands.empty() ? "topic: up\n" : "topic: up\ncommands: " + commands + "\n",
                [this](config::Section& section) {
                  const auto topic =
                      expression::read_template(section, "topic", config::required, "", expression::Place::topic);
                  options = MqttCommandOptions::read(section, topic);
                }) {}
  MqttCommandOptions options;
  config::Reading reading;
};

std::string problem(const std::string& commands) { return Read(commands).reading.only(); }

bool has(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("commands of a sink are what config.md shows") {
  Read read(
      "{ subscribe: \"v1/{{ gateway }}/+/command\", device: \"{{ topic.2 }}\", "
      "respond: \"v1/{{ gateway }}/{{ device }}/response\", qos: 2, allow: [set_relay] }");
  CHECK(read.reading.printed.empty());
  CHECK(read.options.subscribe.source() == "v1/{{ gateway }}/+/command");
  CHECK(read.options.device.source() == "{{ topic.2 }}");
  CHECK(read.options.respond.source() == "v1/{{ gateway }}/{{ device }}/response");
  CHECK(read.options.qos == 2);
  CHECK(read.options.allow == std::vector<std::string>{"set_relay"});
}

TEST_CASE("a sink that does not speak of commands has none, and one that does needs a filter only") {
  CHECK(Read("").reading.printed.empty());
  CHECK(Read("").options.subscribe.empty());
  Read read("{ subscribe: \"$share/gateways/commands/#\", allow: [raw] }");
  CHECK(read.reading.printed.empty());
  CHECK(read.options.qos == 1);
  CHECK(has(problem("{ device: \"{{ topic.2 }}\", allow: [a] }"), "is required"));
  CHECK(has(problem("{ subscribe: \"\", allow: [a] }"), "is required"));
}

TEST_CASE("who allows nothing is warned that everything is refused") {
  Read read("{ subscribe: \"c/+\" }");
  CHECK(read.reading.problems.errors() == 0);
  CHECK(has(read.reading.only(), "every one is refused"));
}

TEST_CASE("filters are checked, and hold nothing that differs by message") {
  CHECK(has(problem("{ subscribe: \"a/b+\", allow: [a] }"), "not a whole level"));
  CHECK(has(problem("{ subscribe: \"$share/a\", allow: [a] }"), "$share/GROUP/FILTER"));
  CHECK(has(problem("{ subscribe: \"v1/{{ device }}/command\", allow: [a] }"), "differs by message"));
}

TEST_CASE("a device is named by levels that the filter has") {
  CHECK(
      has(problem("{ subscribe: \"v1/+/command\", device: \"{{ topic.3 }}\", allow: [a] }"), "topic.3 }} is missing"));
  CHECK(problem("{ subscribe: \"v1/+/command\", device: \"{{ topic.1 }}-{{ topic.0 }}\", allow: [a] }").empty());
  CHECK(problem("{ subscribe: \"$share/g/v1/+\", device: \"{{ topic.1 }}\", allow: [a] }").empty());
  CHECK(has(problem("{ subscribe: \"$share/g/v1/+\", device: \"{{ topic.2 }}\", allow: [a] }"), "is missing"));
  CHECK(problem("{ subscribe: \"v1/#\", device: \"{{ topic.9 }}\", allow: [a] }").empty());
  CHECK(has(problem("{ subscribe: \"v1/+\", device: \"{{ data.serial }}\", allow: [a] }"), "cannot exist here"));
  CHECK(has(problem("{ subscribe: \"v1/+\", device: \"{{ device }}\", allow: [a] }"), "cannot exist here"));
}

TEST_CASE("answers go where no command comes from") {
  CHECK(problem("{ subscribe: \"v1/+/command\", respond: \"{{ topic }}/response\", allow: [a] }").empty());
  CHECK(has(problem("{ subscribe: \"v1/#\", respond: \"v1/{{ device }}/response\", allow: [a] }"),
            "come back as commands"));
  CHECK(has(problem("{ subscribe: \"$share/g/+\", respond: \"x\", allow: [a] }"), "come back as commands"));
  CHECK(has(problem("{ subscribe: \"v1/+\", respond: \"r/+\", allow: [a] }"), "only filters may"));
  CHECK(has(problem("{ subscribe: \"v1/+\", respond: \"r/{{ time }}\", allow: [a] }"), "cannot exist here"));
}

TEST_CASE("a filter that takes the sink's own messages is warned of") {
  Read read("{ subscribe: \"+\", respond: \"a/b\", allow: [a] }");
  CHECK(read.reading.problems.errors() == 0);
  CHECK(has(read.reading.only(), "come back as commands and be refused"));
}

TEST_CASE("keys that it does not know are told") {
  CHECK(has(problem("{ subscribe: \"v1/+\", response: x, allow: [a] }"), "unknown key 'response'"));
}
