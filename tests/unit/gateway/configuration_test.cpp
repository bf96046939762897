// Whole configurations: what the parts must not be to each other.
#include "gateway/configuration.hpp"

#include <algorithm>

#include "gateway/load.hpp"
#include "support/catch.hpp"
#include "support/temp_dir.hpp"

namespace fieldgate::gateway {
namespace {

/// The texts of what is wrong with `yaml`, errors and warnings.
std::vector<std::string> problems(const std::string& yaml) {
  const test::TempDir directory;
  const Catalogue catalogue = builtin();
  Loaded loaded = load(directory.write("test.yaml", yaml), catalogue, Purpose::check);
  std::vector<std::string> texts;
  for (const config::Problem& problem : loaded.problems.sorted()) texts.push_back(problem.path + ": " + problem.text);
  return texts;
}

std::string adapter(const std::string& name, const std::string& type, const std::string& listen,
                    const std::string& device = "{{ data.id }}") {
  const std::string framing = type == "udp" ? "" : "framing: { type: line }, ";
  return "  " + name + ": { type: " + type + ", listen: \"" + listen + "\", protocol: { " + framing +
         "codec: { type: json }, device: \"" + device + "\" } }\n";
}

const std::string one_sink = "sinks:\n  out: { type: console }\n";

std::string only(const std::vector<std::string>& texts) {
  CAPTURE(texts);
  REQUIRE(texts.size() == 1);
  return texts[0];
}

TEST_CASE("the smallest useful file is enough") {
  CHECK(problems("adapters:\n" + adapter("lines", "tcp", "127.0.0.1:9000") + one_sink).empty());
}

TEST_CASE("two listeners at one address are an error with both places") {
  const std::string text = only(
      problems("adapters:\n" + adapter("a", "tcp", "127.0.0.1:9000") + adapter("b", "tcp", "0.0.0.0:9000") + one_sink));
  CHECK(text.find("adapters.a (line 2)") != std::string::npos);
}

TEST_CASE("TCP and UDP, and two addresses, do not collide") {
  CHECK(problems("adapters:\n" + adapter("a", "tcp", "127.0.0.1:9000") + adapter("b", "udp", "127.0.0.1:9000") +
                 adapter("c", "tcp", "[::1]:9000") + one_sink)
            .empty());
}

TEST_CASE("an adapter at the admin listener's address collides") {
  CHECK(only(problems("adapters:\n" + adapter("a", "tcp", "127.0.0.1:8970") + one_sink)).find("admin") !=
        std::string::npos);
}

TEST_CASE("the admin listener stays on this machine") {
  const std::string base = "adapters:\n" + adapter("a", "tcp", "127.0.0.1:9000") + one_sink;
  CHECK(only(problems("admin: { listen: \"0.0.0.0:8970\" }\n" + base)).find("needs 'tls' and 'token'") !=
        std::string::npos);
  CHECK(problems("admin: { listen: \"[::1]:8970\" }\n" + base).empty());
  CHECK(problems("admin: { enabled: false, listen: \"0.0.0.0:8970\" }\n" + base).empty());
}

TEST_CASE("a name that the adapter cannot give is an error") {
  const std::string text =
      only(problems("adapters:\n" + adapter("a", "tcp", "127.0.0.1:9000", "{{ topic.1 }}") + one_sink));
  CHECK(text.find("'topic' cannot exist here: the adapter is of type tcp") != std::string::npos);
  CHECK(only(problems("adapters:\n" + adapter("a", "udp", "127.0.0.1:9000", "{{ tls.cn }}") + one_sink))
            .find("'tls.cn'") != std::string::npos);
  CHECK(only(problems("adapters:\n" + adapter("a", "tcp", "127.0.0.1:9000", "{{ device }}") + one_sink))
            .find("cannot name itself") != std::string::npos);
}

TEST_CASE("a sink that blocks beside another is a warning") {
  const std::string base = "adapters:\n" + adapter("a", "tcp", "127.0.0.1:9000");
  const std::string text = only(
      problems(base + "sinks:\n  x: { type: console }\n  y: { type: console, buffer: { when_full: drop_oldest } }\n"));
  CHECK(text.find("sinks.x.buffer: when_full: block stops adapters.a for all sinks") != std::string::npos);
}

TEST_CASE("a host's name in a template is a warning until the gateway has an id") {
  const std::string base =
      "adapters:\n" + adapter("a", "tcp", "127.0.0.1:9000") +
      "sinks:\n  out: { type: mqtt, servers: [\"mqtt://127.0.0.1\"], client_id: x, topic: \"{{ gateway }}/up\" }\n";
  CHECK(only(problems(base)).find("gateway.id") != std::string::npos);
  CHECK(problems("gateway: { id: plant-7 }\n" + base).empty());
}

TEST_CASE("one client_id twice at one broker is an error, at two brokers it is none") {
  const std::string base = "adapters:\n" + adapter("a", "tcp", "127.0.0.1:9000") + "sinks:\n";
  const std::string first =
      "  x: { type: mqtt, servers: [\"mqtt://127.0.0.1\"], client_id: gw, topic: up, buffer: { when_full: drop_oldest "
      "} }\n";
  const auto second = [](const std::string& server) {
    return "  y: { type: mqtt, servers: [\"mqtt://other\", \"" + server +
           "\"], client_id: gw, topic: up, buffer: { when_full: drop_oldest } }\n";
  };
  CHECK(
      only(problems(base + first + second("mqtt://127.0.0.1:1883"))).find("is the client_id of sinks.x (line 4) too") !=
      std::string::npos);
  CHECK(problems(base + first + second("mqtt://127.0.0.1:1884")).empty());
}

TEST_CASE("a transform that is switched off needs no reader") {
  const std::string base = "adapters:\n" + adapter("a", "tcp", "127.0.0.1:9000") + one_sink;
  CHECK(problems(base + "transforms:\n  f: { type: filter, where: \"true\", enabled: false }\n").empty());
  CHECK(only(problems(base + "transforms:\n  f: { type: filter, where: \"true\" }\n")).find("nothing reads this") !=
        std::string::npos);
}

TEST_CASE("a certificate that is none is an error of check, not of run only") {
  const std::string tls =
      "adapters:\n  t: { type: tls, listen: 127.0.0.1:9000, tls: { crt_file: test.yaml, key_file: test.yaml }, "
      "protocol: { framing: { type: line }, codec: { type: json }, device: x } }\n";
  const auto texts = problems(tls + one_sink);
  CAPTURE(texts);
  CHECK(std::any_of(texts.begin(), texts.end(),
                    [](const std::string& t) { return t.find("cannot use the certificate") != std::string::npos; }));
}

TEST_CASE("a protocol that no adapter names is checked all the same") {
  const std::string text = only(problems("protocols:\n  p: { codec: { type: jsom }, device: x }\nadapters:\n" +
                                         adapter("a", "tcp", "127.0.0.1:9000") + one_sink));
  CHECK(text.find("did you mean 'json'?") != std::string::npos);
}

TEST_CASE("an option of a later version is refused as unknown") {
  CHECK(only(problems("adapters:\n" + adapter("a", "tcp", "127.0.0.1:9000") +
                      "sinks:\n  out: { type: console, commands: { subscribe: x } }\n"))
            .find("unknown key 'commands'") != std::string::npos);
}

std::string answering(const std::string& sinks) {
  return "adapters:\n  a: { type: tcp, listen: 127.0.0.1:9000, protocol: { framing: { type: line }, codec: { type: "
         "json }, "
         "device: x, replies: [ { text: ok } ] } }\nsinks:\n" +
         sinks;
}

TEST_CASE("devices that are told 'stored' while nothing is durable: a warning") {
  CHECK(only(problems(answering("  out: { type: console }\n"))).find("no sink behind has a disk buffer") !=
        std::string::npos);
  CHECK(problems(answering("  out: { type: console, buffer: { type: disk } }\n")).empty());
}

TEST_CASE("devices that are told 'stored' while a full buffer drops: a warning") {
  const std::string text =
      only(problems(answering("  out: { type: console, buffer: { type: disk, when_full: drop_oldest } }\n")));
  CHECK(text.find("sinks.out drops messages when its buffer is full") != std::string::npos);
}

TEST_CASE("disk buffers that may outgrow the disk: a warning") {
  const std::string text =
      only(problems(answering("  out: { type: console, buffer: { type: disk, max_size: 1TiB } }\n")));
  CHECK(text.find("lower buffer.max_size") != std::string::npos);
}

/// `allowed` by the adapter, `given` by the sink.
std::string commanding(const std::string& allowed, const std::string& given) {
  return "adapters:\n  a: { type: tcp, listen: 127.0.0.1:9000, commands: " + allowed +
         ", protocol: { framing: { type: line }, codec: { type: json }, device: x, commands: { relay: { text: ON } } } "
         "}\n"
         "sinks:\n  cloud: { type: mqtt, servers: [ \"mqtt://127.0.0.1\" ], topic: up, commands: { subscribe: down, "
         "allow: " +
         given + " } }\n";
}

TEST_CASE("a sink's command that no adapter allows: a warning") {
  CHECK(problems(commanding("[relay, raw]", "[raw, relay]")).empty());
  const std::string text = only(problems(commanding("[relay]", "[relay, rellay]")));
  CHECK(text.find("sinks.cloud.commands.allow: no adapter allows 'rellay', so it is always refused, did you mean "
                  "'relay'?") != std::string::npos);
  CHECK(only(problems(commanding("[]", "[json]"))).find("option commands of the adapter") != std::string::npos);
}

TEST_CASE("an adapter allows commands of its protocol only") {
  CHECK(only(problems(commanding("[rellay]", "[rellay]")))
            .find("adapters.a.commands: the protocol has no command 'rellay', did you mean 'relay'?") !=
        std::string::npos);
}

/// The only problem of an mqtt adapter with these options besides what it needs.
std::string publishing(const std::string& options) {
  return only(problems(
      "adapters:\n  a: { type: mqtt, servers: [ \"mqtt://127.0.0.1\" ], subscribe: [ { topic: up/+ } ], " + options +
      "protocol: { codec: { type: json }, device: \"{{ topic.1 }}\", commands: { relay: { text: ON } } } }\n" +
      one_sink));
}

TEST_CASE("an mqtt adapter that allows commands must know where each device listens") {
  const auto says = [](const std::string& options, const std::string& text) {
    const std::string problem = publishing(options);
    CAPTURE(problem);
    CHECK(problem.find(text) != std::string::npos);
  };
  says("commands: [relay], ", "adapters.a.commands: needs 'publish', which says where a device listens");
  says("commands: [relay], publish: { topic: down }, ",
       "has no {{ device }}: every device would get the commands of all");
  says("commands: [relay], publish: { topic: \"{{ device }}/{{ data.x }}\" }, ", "'data.x' is not known of a command");
  says("commands: [relay], publish: { topic: \"{{ device }}/#\" }, ", "only filters may");
  says("commands: [relay], publish: { topic: \"up/{{ device }}\" }, ", "commands would come back as messages");
  says("commands: [relay], publish: { qos: 1 }, ", "adapters.a.publish: 'topic' is required");
  says("commands: [relay], publish: { topic: \"{{ device }}\", qos: 3 }, ", "adapters.a.publish.qos");
  says("commands: [relay], publish: { topic: \"{{ device }}\", retian: true }, ", "did you mean 'retain'");
}

}  // namespace
}  // namespace fieldgate::gateway
