// A gateway's commands for tests: a protocol with one device's connection that the test speaks for, and an asker.
#pragma once

#include "device/commands.hpp"
#include "support/reactor.hpp"
#include "support/temp_dir.hpp"
#include "unit/protocol/bench.hpp"

namespace fieldgate::device {

using namespace std::chrono_literals;

inline constexpr const char* relays = R"y(
  framing: { type: line }
  codec: { type: json }
  device: "{{ data.id }}"
  commands:
    relay: { text: "RELAY {{ args.state }}", expect: "exists(data.ok)", timeout: 300ms, expires: 10m }
    again: { text: AGAIN, expect: "exists(data.ok)", timeout: 300ms, retries: 1, expires: 10m }
    now: { text: NOW }
    soon: { text: SOON, expires: 50ms }
    set: { fields: [ { name: level, type: uint8, min: 1, max: 9 } ], expires: 1m }
)y";

/// One run of a gateway, as far as commands go.
struct Run final : protocol::Receiver, transport::Transport, Asker {
  explicit Run(const std::filesystem::path& file,
               std::vector<std::string> allowed_here = {"relay", "again", "now", "soon", "set", "raw"})
      : counters(metrics, "lines"),
        options([] {
          Options made;
          made.registry = std::make_shared<Registry>();
          return made;
        }()),
        devices(options, {}, metrics) {
    protocol::ReadProtocol read(relays);
    REQUIRE(read.problem == "");
    read.config.takes_commands = true;
    framed.emplace(read.config, environment, paths, counters, telemetry::Log("adapter lines"), *this);
    SourceOptions source_options;
    source_options.commands = std::move(allowed_here);
    source = &devices.add_source("lines", source_options);
    source->protocol = &*framed;
    commands.emplace(reactor, devices, file, metrics, telemetry::Log("commands"));
    commands->add("sink cloud", *this);
    commands->start();
  }
  ~Run() {
    hang_up();
    framed.reset();
  }

  std::string_view admit(Message& message, protocol::Peer* peer) override {
    return devices.admit(*source, message, peer);
  }
  void gone(protocol::Peer& peer, std::string_view why) override { devices.gone(peer, why, Instant::now()); }
  Receipt message(Message&) override { return ++receipt; }
  Receipt dead_letter(const Message&, std::string_view, std::string_view) override { return ++receipt; }
  bool open() const override { return true; }
  Receipt open_from(After) const override { return receipt + 1; }
  void hurry(After) override {}
  void write(Bytes bytes, Bytes) override { heard += bytes; }
  void told(const CommandStatus& status) override {
    told_text += std::string(name_of(status.state)) + " ";
    last = status;
  }

  void say(const std::string& bytes) {
    if (!connection) {
      origin.adapter = "lines";
      origin.peer_ip = "10.0.0.7";
      connection = framed->connection();
      connection->connection_made(*this, origin);
    }
    std::string_view close;
    connection->data_received(bytes, origin, Instant::now(), close);
  }
  void hang_up() {
    if (connection) connection->connection_lost("closed");
    connection.reset();
  }
  void submit(const std::string& json,
              const std::vector<std::string>& allowed = {"relay", "again", "now", "soon", "set", "raw"}) {
    ParsedCommand parsed = parse_command(json);
    REQUIRE(parsed.error == "");
    parsed.request.from = "sink cloud";
    if (parsed.request.device.empty()) parsed.request.device = "7";
    commands->submit(parsed.request, allowed);
  }
  bool until_told(const std::string& text) {
    return test::run_until(reactor, [&] {
      framed->tick(Instant::now());
      return told_text == text;
    });
  }
  bool until_heard(const std::string& text) {
    return test::run_until(reactor, [&] { return heard == text; });
  }
  void stop() { REQUIRE(test::run_to_end(reactor, commands->stop(5s))); }
  std::vector<CommandStatus> find(std::string_view id) {
    std::vector<CommandStatus> found;
    const auto look = [](Run& run, std::string_view wanted, std::vector<CommandStatus>& out) -> Awaitable<> {
      out = co_await run.commands->find(wanted);
    };
    REQUIRE(test::run_to_end(reactor, look(*this, id, found)));
    return found;
  }

  reactor::Reactor reactor;
  telemetry::Metrics metrics;
  telemetry::AdapterCounters counters;
  expression::Environment environment{"plant", ""};
  expression::Paths paths;
  Options options;
  Devices devices;
  Source* source = nullptr;
  std::optional<Commands> commands;
  std::optional<protocol::Framed> framed;
  std::unique_ptr<protocol::Protocol> connection;
  Origin origin;
  Receipt receipt = 0;
  std::string heard;
  std::string told_text;
  CommandStatus last;
};

}  // namespace fieldgate::device
