// What the JSON checker costs a message, beside nlohmann's accept() and, where it is installed, simdjson's On-Demand
// walk.
#include <chrono>
#include <cstdio>
#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

#if __has_include(<simdjson.h>) && defined(FIELDGATE_SIMDJSON)
#include <simdjson.h>
#endif

#include "codec/json.hpp"

namespace {

using namespace fieldgate;

constexpr std::string_view line =
    R"({"device":"dev-000123","seq":7,"ts":123456789012,"temperature":21.57,"humidity":48.2,"status":"ok"})";

struct Sink final : codec::Receiver {
  void document(const Document& document) override {
    bytes += document.json.size() + (document.picked.empty() ? 0 : document.picked[0].text.size());
  }
  std::size_t bytes = 0;
};

/// The best of several rounds, in nanoseconds a call.
template <class Call>
void measure(const char* name, Call call) {
  constexpr int calls = 200'000;
  double best = 1e9;
  for (int round = 0; round < 15; ++round) {
    const auto start = std::chrono::steady_clock::now();
    for (int i = 0; i < calls; ++i) call();
    const std::chrono::duration<double, std::nano> spent = std::chrono::steady_clock::now() - start;
    best = std::min(best, spent.count() / calls);
  }
  std::printf("%-34s %7.1f ns\n", name, best);
}

#if __has_include(<simdjson.h>) && defined(FIELDGATE_SIMDJSON)
/// Visits all values; numbers as doubles.
std::size_t walk(simdjson::ondemand::value value) {
  switch (value.type()) {
    case simdjson::ondemand::json_type::string:
      return value.get_string().value().size();
    case simdjson::ondemand::json_type::number:
      return value.get_double().value() > 0 ? 1 : 0;
    default:
      return 0;
  }
}
#endif

}  // namespace

int main() {
  const std::string text(line);
  std::printf("%zu bytes\n", text.size());

  expression::Paths none;
  expression::Paths one;
  one.intern({"device"});
  expression::Paths three;
  for (const char* name : {"device", "ts", "temperature"}) three.intern({name});
  Sink sink;
  codec::Json without({}, none);
  codec::Json with({}, one);
  codec::Json more({}, three);
  measure("fieldgate, no path", [&] { without.decode(text, sink); });
  measure("fieldgate, one path", [&] { with.decode(text, sink); });
  measure("fieldgate, three paths", [&] { more.decode(text, sink); });
  measure("nlohmann accept", [&] { sink.bytes += nlohmann::json::accept(text) ? 1U : 0U; });

#if __has_include(<simdjson.h>) && defined(FIELDGATE_SIMDJSON)
  simdjson::ondemand::parser parser;
  const simdjson::padded_string padded(text);
  measure("simdjson On-Demand, full walk", [&] {
    simdjson::ondemand::document document = parser.iterate(padded);
    for (auto field : document.get_object()) {
      sink.bytes += field.key().value().raw()[0] == 'x' ? 1U : 0U;
      sink.bytes += walk(field.value());
    }
  });

  simdjson::dom::parser dom;
  measure("simdjson DOM, parse only", [&] { sink.bytes += dom.parse(padded).is_object() ? 1U : 0U; });
#endif
  std::printf("(%zu)\n", sink.bytes);
  return 0;
}
