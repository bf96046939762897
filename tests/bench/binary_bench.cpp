// What the binary codec costs a frame, beside a decoder written by hand for the same frame that writes the same JSON.
#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <string>
#include <string_view>

#include "codec/binary.hpp"
#include "config/loader.hpp"

namespace {

using namespace fieldgate;

constexpr const char* meter = R"(codec:
  fields:
    - { name: kind,    type: uint8, enum: { 0x81: reading, 0x06: answer } }
    - { name: serial,  type: bcd, bytes: 6 }
    - { name: voltage, type: uint16, scale: 0.1, unit: V, min: 0, max: 300 }
    - { name: energy,  type: uint32, byte_order: CDAB, scale: 0.01, unit: kWh }
    - { name: relay,   type: bits, bits: 1, enum: { 0: open, 1: closed } }
    - { type: skip, bits: 7 }
    - { name: at,      type: unix_s, time: true }
)";
const std::string_view meter_frame("\x81\x12\x34\x56\x78\x90\x12\x08\xfc\xe2\x40\x00\x01\x80\x69\x7d\xba\x22", 18);

constexpr const char* tracker = R"(codec:
  fields:
    - { name: codec, type: uint8 }
    - { name: count, type: uint8 }
    - name: records
      repeat: { count: count }
      fields:
        - { name: at, type: unix_ms }
        - { name: priority, type: uint8 }
        - { name: lon, type: int32, scale: 1e-7 }
        - { name: lat, type: int32, scale: 1e-7 }
        - { name: altitude, type: int16, unit: m }
        - { name: course, type: uint16 }
        - { name: satellites, type: uint8 }
        - { name: speed, type: uint16, unit: km/h }
        - { name: _n, type: uint8 }
        - { name: io, repeat: { count: _n }, fields: [ { name: id, type: uint8 }, { name: value, type: uint16 } ] }
)";

std::string tracker_frame() {
  const std::string_view record(
      "\x00\x00\x01\x9c\x12\xee\x8e\x50\x01\x0f\x0e\xa5\x40\x20\x9c\x1a\x80\x00\x6f\x00\xd6\x0a\x00\x3c\x04"
      "\x01\x00\x01\x42\x30\x39\x18\x00\x3c\x43\x0f\xa0",
      37);
  std::string frame("\x08\x0a", 2);
  for (int i = 0; i < 10; ++i) frame += record;
  return frame;
}

/// What an engineer would write for one device: straight through, into a buffer that is large enough.
class ByHand {
 public:
  std::string_view decode_meter(std::string_view in);
  std::string_view decode_tracker(std::string_view in);

 private:
  void text(std::string_view t) { std::memcpy(at_, t.data(), t.size()), at_ += t.size(); }
  template <class T>
  void number(T value) {
    at_ = std::to_chars(at_, at_ + 24, value).ptr;
  }
  void real(double value) { at_ = std::to_chars(at_, at_ + 32, value).ptr; }
  template <int Bytes>
  std::uint64_t take() {
    std::uint64_t value = 0;
    for (int i = 0; i < Bytes; ++i) value = value << 8 | static_cast<unsigned char>(*in_++);
    return value;
  }

  char buffer_[65536];
  char* at_ = buffer_;
  const char* in_ = nullptr;
};

std::string_view ByHand::decode_meter(std::string_view in) {
  if (in.size() < 18) return {};
  at_ = buffer_;
  in_ = in.data();
  text("{\"kind\":");
  const auto kind = take<1>();
  if (kind == 0x81)
    text("\"reading\"");
  else if (kind == 0x06)
    text("\"answer\"");
  else
    number(kind);
  text(",\"serial\":\"");
  for (int i = 0; i < 6; ++i) {
    const auto byte = take<1>();
    if (byte >> 4 > 9 || (byte & 15) > 9) return {};
    *at_++ = static_cast<char>('0' + (byte >> 4));
    *at_++ = static_cast<char>('0' + (byte & 15));
  }
  text("\",\"voltage\":");
  const auto voltage = static_cast<double>(take<2>()) / 10;
  if (voltage > 300) return {};
  real(voltage);
  text(",\"energy\":");
  const auto low = take<2>();
  real(static_cast<double>(take<2>() << 16 | low) / 100);
  text(",\"relay\":");
  text(take<1>() >> 7 != 0 ? "\"closed\"" : "\"open\"");
  text(",\"at\":");
  number(take<4>());
  text("}");
  return {buffer_, static_cast<std::size_t>(at_ - buffer_)};
}

std::string_view ByHand::decode_tracker(std::string_view in) {
  at_ = buffer_;
  in_ = in.data();
  const char* const end = in_ + in.size();
  text("{\"codec\":");
  number(take<1>());
  text(",\"count\":");
  const auto count = take<1>();
  number(count);
  text(",\"records\":[");
  for (std::uint64_t i = 0; i < count; ++i) {
    if (end - in_ < 25) return {};
    text(i == 0 ? "{\"at\":" : ",{\"at\":");
    number(take<8>());
    text(",\"priority\":");
    number(take<1>());
    text(",\"lon\":");
    real(static_cast<std::int32_t>(take<4>()) / 1e7);
    text(",\"lat\":");
    real(static_cast<std::int32_t>(take<4>()) / 1e7);
    text(",\"altitude\":");
    number(static_cast<std::int16_t>(take<2>()));
    text(",\"course\":");
    number(take<2>());
    text(",\"satellites\":");
    number(take<1>());
    text(",\"speed\":");
    number(take<2>());
    text(",\"io\":[");
    const auto n = take<1>();
    if (end - in_ < static_cast<std::ptrdiff_t>(3 * n)) return {};
    for (std::uint64_t k = 0; k < n; ++k) {
      text(k == 0 ? "{\"id\":" : ",{\"id\":");
      number(take<1>());
      text(",\"value\":");
      number(take<2>());
      text("}");
    }
    text("]}");
  }
  text("]}");
  return {buffer_, static_cast<std::size_t>(at_ - buffer_)};
}

struct Sink final : codec::Receiver {
  void document(const Document& document) override { bytes += document.json.size(), last = document.json; }
  std::size_t bytes = 0;
  std::string_view last;
};

codec::Binary::Config read(const char* yaml) {
  config::Files files;
  config::Problems problems;
  codec::Binary::Config config;
  const auto document = config::load_text(yaml, files, problems, "bench.yaml", false);
  config::Reader reader(problems);
  config::Section root(reader, &document->root, {}, nullptr);
  root.section("codec", "codec", [&](config::Section& section) { config = codec::Binary::Config::read(section); });
  return config;
}

/// The best of several rounds, in nanoseconds a call.
template <class Call>
double measure(Call call) {
  constexpr int calls = 50'000;
  double best = 1e9;
  for (int round = 0; round < 15; ++round) {
    const auto start = std::chrono::steady_clock::now();
    for (int i = 0; i < calls; ++i) call();
    const std::chrono::duration<double, std::nano> spent = std::chrono::steady_clock::now() - start;
    best = std::min(best, spent.count() / calls);
  }
  return best;
}

template <class Hand>
void compare(const char* name, const char* yaml, std::string_view frame, Hand by_hand) {
  const expression::Paths none;
  codec::Binary codec(read(yaml), none);
  Sink sink;
  std::size_t bytes = 0;
  const double ours = measure([&] { codec.decode(frame, sink); });
  const double theirs = measure([&] { bytes += by_hand(frame).size(); });
  std::printf(
      "%-8s %4zu bytes  codec %7.1f ns %6.1f MB/s %9.0f frames/s   by hand %7.1f ns   ratio %.2f\n%.200s\n%.200s\n",
      name, frame.size(), ours, static_cast<double>(frame.size()) * 1e3 / ours, 1e9 / ours, theirs, theirs / ours,
      std::string(sink.last).c_str(), std::string(by_hand(frame)).c_str());
}

}  // namespace

int main() {
  static ByHand hand;
  compare("meter", meter, meter_frame, [](std::string_view frame) { return hand.decode_meter(frame); });
  compare("tracker", tracker, tracker_frame(), [](std::string_view frame) { return hand.decode_tracker(frame); });
  return 0;
}
