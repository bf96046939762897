// What CBOR and MessagePack cost a frame, from bytes to JSON text, beside nlohmann's from_cbor and dump; and a script.
#include <chrono>
#include <cstdio>
#include <string>

#include <nlohmann/json.hpp>

#include "codec/cbor.hpp"
#include "codec/lua.hpp"
#include "codec/msgpack.hpp"

namespace {

using namespace fieldgate;

struct Sink final : codec::Receiver {
  void document(const Document& document) override { bytes += document.json.size(); }
  std::size_t bytes = 0;
};

/// The best of several rounds.
template <class Call>
void measure(const char* name, std::size_t frame, int calls, Call call) {
  double best = 1e12;
  for (int round = 0; round < 9; ++round) {
    const auto start = std::chrono::steady_clock::now();
    for (int i = 0; i < calls; ++i) call();
    const std::chrono::duration<double, std::nano> spent = std::chrono::steady_clock::now() - start;
    best = std::min(best, spent.count() / calls);
  }
  std::printf("%-34s %9.1f ns %8.1f MB/s\n", name, best, static_cast<double>(frame) * 1e3 / best);
}

void compare(const char* title, const nlohmann::json& document, int calls) {
  const expression::Paths none;
  Sink sink;
  codec::Cbor cbor({}, none);
  codec::Msgpack msgpack({}, none);
  std::string as_cbor;
  std::string as_msgpack;
  nlohmann::json::to_cbor(document, as_cbor);
  nlohmann::json::to_msgpack(document, as_msgpack);
  std::printf("%s: %zu and %zu bytes\n", title, as_cbor.size(), as_msgpack.size());
  measure("cbor", as_cbor.size(), calls, [&] { cbor.decode(as_cbor, sink); });
  measure("nlohmann from_cbor, dump", as_cbor.size(), calls,
          [&] { sink.bytes += nlohmann::json::from_cbor(as_cbor).dump().size(); });
  measure("msgpack", as_msgpack.size(), calls, [&] { msgpack.decode(as_msgpack, sink); });
  measure("nlohmann from_msgpack, dump", as_msgpack.size(), calls,
          [&] { sink.bytes += nlohmann::json::from_msgpack(as_msgpack).dump().size(); });
}

}  // namespace

int main() {
  const nlohmann::json small = {{"device", "dev-000123"}, {"seq", 7},         {"ts", 123456789012},
                                {"temperature", 21.57},   {"humidity", 48.2}, {"status", "ok"}};
  nlohmann::json large;
  for (int i = 0; i < 100; ++i)
    large["channel " + std::to_string(i)] = {{"values", {i, i * 1000, i * 0.25}}, {"unit", "V"}};
  compare("a reading", small, 100'000);
  compare("a large document", large, 2'000);

  const expression::Paths none;
  Sink sink;
  codec::Lua lua({{"function decode(f) local k, v = string.unpack('>Bi2', f) return { kind = k, value = v / 10 } end"}},
                 none);
  const std::string frame("\x01\x00\xd7", 3);
  measure("lua, two fields", frame.size(), 50'000, [&] { lua.decode(frame, sink); });
  std::printf("(%zu)\n", sink.bytes);
  return 0;
}
