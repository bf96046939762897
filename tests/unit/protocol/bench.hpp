// A protocol out of YAML, without sockets and without a clock: devices that say bytes, and what came of them.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "codec/binary.hpp"
#include "codec/csv.hpp"
#include "codec/json.hpp"
#include "codec/text.hpp"
#include "framing/fixed.hpp"
#include "framing/length_field.hpp"
#include "framing/line.hpp"
#include "framing/switch.hpp"
#include "protocol/framed.hpp"
#include "support/catch.hpp"
#include "unit/config/reading.hpp"

namespace fieldgate::protocol {

using namespace std::chrono_literals;
using Seen = std::vector<std::string>;

inline config::Registry<framing::Factory> test_framers() {
  config::Registry<framing::Factory> framers("framing");
  framers.add<framing::Line>();
  framers.add<framing::LengthField>();
  framers.add<framing::Switch>();
  framers.add<framing::Fixed>();
  return framers;
}

inline config::Registry<codec::Factory> test_codecs() {
  config::Registry<codec::Factory> codecs("codec");
  codecs.add<codec::Binary>();
  codecs.add<codec::Json>();
  codecs.add<codec::Csv>();
  codecs.add<codec::Text>();
  return codecs;
}

/// Reads `protocol: { ... }` out of YAML; `problem` is what was wrong.
struct ReadProtocol {
  explicit ReadProtocol(const std::string& yaml,
                        std::optional<FramedConfig::Transport> transport = FramedConfig::Transport::tcp) {
    const auto framers = test_framers();
    const auto codecs = test_codecs();
    config::Reading reading("protocol:\n" + yaml, [&](config::Section& root) {
      root.reader().provide(framers);
      root.reader().provide(codecs);
      root.section("protocol", "", [&](config::Section& s) { config = FramedConfig::read_map(s, transport); });
    });
    problem = reading.only();
  }
  FramedConfig config;
  std::string problem;
};

class Bench;

/// A device and its connection. Bytes that the protocol does not use come again, as from a real connection.
class Device final : public transport::Transport {
 public:
  Device(Bench& bench, std::string to) : bench_(bench), to_(std::move(to)) {}

  void connect();
  void say(Bytes bytes);
  /// What waits has waited for frame_timeout.
  void stall();
  /// All that the gateway has said since the last call.
  std::string heard() { return std::exchange(heard_, {}); }
  void hang_up() { protocol_.reset(); }

  std::string closed;  ///< why
  std::string kept;

 private:
  void write(Bytes bytes, Bytes) override { heard_ += bytes; }
  void close(std::string_view reason) override { closed = reason; }
  void look_again() override { say({}); }
  void take(std::size_t used, std::string_view why);

  Bench& bench_;
  std::string to_;  // of datagrams
  std::string heard_;
  std::unique_ptr<Protocol> protocol_;
};

class Bench final : public Receiver {
 public:
  explicit Bench(const std::string& yaml, const FramedLimits& limits = {},
                 FramedConfig::Transport transport = FramedConfig::Transport::tcp)
      : counters(metrics, "lines") {
    const ReadProtocol read(yaml, transport);
    REQUIRE(read.problem == "");
    framed.emplace(read.config, environment, paths, counters, telemetry::Log("adapter lines"), *this, limits);
    origin.adapter = "lines";
    origin.peer_ip = "10.0.0.7";
    now.wall = TimePoint(1'000'000s);
    now.steady = std::chrono::steady_clock::time_point(1000s);
  }

  std::unique_ptr<Device> device() {
    auto made = std::make_unique<Device>(*this, "");
    made->connect();
    return made;
  }
  /// A sender of datagrams.
  std::unique_ptr<Device> sender(std::string address) { return std::make_unique<Device>(*this, std::move(address)); }

  /// Lets the time pass, and everything that falls due in it be done.
  void pass(Duration time) {
    const auto end = now.steady + time;
    tick();
    while (framed->due() && *framed->due() <= end) {
      now.steady = std::max(now.steady, *framed->due());
      tick();
    }
    now.steady = end;
  }
  void tick() {
    while (framed->tick(now)) {
    }
  }
  std::uint64_t errors(std::string_view reason) { return counters.errors.of(reason); }
  std::uint64_t rejected(std::string_view reason) { return counters.rejected.of(reason); }

  std::string_view present(const Message& device, Peer&, const Proof* proof) override {
    there.push_back(std::string(device.device) + (proof != nullptr ? " " + std::string(proof->secret.value()) : ""));
    return refusal;
  }
  std::string_view admit(Message& message, Peer* peer) override {
    heard_by = peer;
    heard_of = message.device;
    return {};
  }
  /// To the device that was last heard.
  Result<void> command(std::string_view name, std::string_view arguments, Outcomes outcomes = {}) {
    REQUIRE(heard_by != nullptr);
    return framed->command(*heard_by, {name, arguments, heard_of}, now, std::move(outcomes));
  }
  Receipt message(Message& message) override {
    seen.push_back(std::string(message.device) + " " + std::string(message.document.json));
    if (message.talk != nullptr && !message.talk->request.empty()) {
      seen.back() += " (" + std::string(message.talk->request);
      for (const Meta& meta : message.talk->each) seen.back() += " " + std::string(meta.value);
      seen.back() += ")";
    }
    return ++last;
  }
  Receipt dead_letter(const Message& message, std::string_view reason, std::string_view text) override {
    letters.push_back(std::string(reason) + ": " + std::string(message.frame));
    letter_text = text;
    return ++last;
  }
  bool open() const override { return is_open; }
  Receipt open_from(After) const override { return all_settled; }
  void hurry(After) override {}
  void due_changed() override { ++changes; }

  telemetry::Metrics metrics;
  telemetry::AdapterCounters counters;
  expression::Environment environment{"gw", ""};
  expression::Paths paths;
  std::optional<Framed> framed;
  Origin origin;
  Instant now;
  Seen seen;
  Seen letters;
  std::string letter_text;   ///< what the last of them says
  Seen there;                ///< devices that were, before a message
  std::string_view refusal;  ///< of those
  Peer* heard_by = nullptr;
  std::string heard_of;
  Receipt last = 0;
  int changes = 0;
  bool is_open = true;
};

inline void Device::connect() {
  protocol_ = bench_.framed->connection();
  protocol_->connection_made(*this, bench_.origin);
}

inline void Device::take(std::size_t used, std::string_view why) {
  REQUIRE(used <= kept.size());
  kept.erase(0, used);
  if (!why.empty()) close(why);
}

inline void Device::say(Bytes bytes) {
  if (!to_.empty()) return bench_.framed->datagram_received(bytes, bench_.origin, bench_.now, {this, to_});
  kept += bytes;
  std::string_view why;
  const std::string input = kept;  // a block of its own, so that a sanitizer sees a read behind its end
  const std::size_t used = protocol_->data_received(input, bench_.origin, bench_.now, why);
  take(used, why);
}

inline void Device::stall() {
  std::string_view why;
  const std::string input = kept;
  const std::size_t used = protocol_->stalled(input, bench_.origin, bench_.now, why);
  take(used, why);
}

inline bool holds(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

}  // namespace fieldgate::protocol
