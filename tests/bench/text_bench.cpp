// What the codecs of text cost a message, and how many megabytes a second that is.
#include <chrono>
#include <cstdio>
#include <string>
#include <string_view>

#include "codec/csv.hpp"
#include "codec/influx.hpp"
#include "codec/json.hpp"
#include "codec/key_value.hpp"
#include "codec/nmea0183.hpp"
#include "codec/regex.hpp"

namespace {

using namespace fieldgate;
using Kind = codec::TextField::Kind;

struct Sink final : codec::Receiver {
  void document(const Document& document) override { bytes += document.json.size(); }
  std::size_t bytes = 0;
};

/// The best of several rounds.
void measure(const char* name, codec::Codec& codec, std::string_view frame) {
  constexpr int calls = 100'000;
  Sink sink;
  double best = 1e9;
  for (int round = 0; round < 7; ++round) {
    const auto start = std::chrono::steady_clock::now();
    for (int i = 0; i < calls; ++i) codec.decode(frame, sink);
    const std::chrono::duration<double, std::nano> spent = std::chrono::steady_clock::now() - start;
    best = std::min(best, spent.count() / calls);
  }
  std::printf("%-34s %4zu bytes %8.1f ns %8.1f MB/s%s\n", name, frame.size(), best,
              1e3 * static_cast<double>(frame.size()) / best, sink.bytes == 0 ? "  (no document)" : "");
}

codec::TextField field(std::string name, Kind kind) {
  codec::TextField made;
  made.name = std::move(name);
  made.kind = kind;
  return made;
}

}  // namespace

int main() {
  const expression::Paths none;
  codec::Csv::Config csv;
  csv.columns = {field("device", Kind::text), field("seq", Kind::integer), field("at", Kind::unix_ms),
                 field("t", Kind::number),    field("h", Kind::number),    field("state", Kind::text)};
  codec::Csv rows(csv, none);
  measure("csv", rows, "dev-000123,7,1769847330500,21.57,48.2,running\n");

  codec::KeyValue pairs({}, none);
  measure("key_value, as it looks", pairs,
          "device=dev-000123 seq=7 at=1769847330500 t=21.57 h=48.2 state=\"running\"\n");

  codec::Regex::Config tracker;
  tracker.patterns = {
      {*codec::expand_regex("^\\*HQ,(?P<imei>\\d{15}),V1,(?P<clock>\\d{6}),(?P<valid>[AV]),(?P<lat>[\\d.]+),"
                            "(?P<ns>[NS]),(?P<lon>[\\d.]+),(?P<ew>[EW]),(?P<speed>[\\d.]+)"),
       {}}};
  codec::Regex regex(tracker, none);
  measure("regex, eight groups", regex, "*HQ,123456789012345,V1,121300,A,4807.0380,N,01131.0000,E,010.00,290626");

  codec::Json::Config picks;
  picks.fields = {field("device", Kind::automatic), field("t", Kind::number)};
  picks.fields[0].from = {"/device"};
  picks.fields[1].from = {"/temperature"};
  codec::Json json(picks, none);
  measure("json, two picks", json,
          R"({"device":"dev-000123","seq":7,"ts":123456789012,"temperature":21.57,"humidity":48.2,"status":"ok"})");

  codec::Nmea0183 nmea({}, none);
  measure("nmea0183, RMC", nmea, "$GPRMC,123519,A,4807.038,N,01131.000,W,022.4,084.4,230394,003.1,W*78\r\n");
  codec::Influx influx({}, none);
  measure("influx", influx, "weather,device=dev-000123,site=a t=21.57,h=48.2,n=7i 1769847330500000000\n");
  return 0;
}
