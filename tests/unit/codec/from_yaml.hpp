// A codec as an operator's YAML makes it.
#pragma once

#include <memory>
#include <string>

#include "codec/base64.hpp"
#include "codec/cbor.hpp"
#include "codec/csv.hpp"
#include "codec/hex.hpp"
#include "codec/influx.hpp"
#include "codec/json.hpp"
#include "codec/key_value.hpp"
#include "codec/nmea0183.hpp"
#include "codec/raw.hpp"
#include "codec/regex.hpp"
#include "codec/senml.hpp"
#include "codec/text.hpp"
#include "unit/codec/collected.hpp"
#include "unit/config/reading.hpp"

namespace fieldgate::codec {

/// The codec of `codec: YAML`, or the problem.
struct FromYaml {
  explicit FromYaml(const std::string& yaml) {
    config::Registry<Factory> types("codec");
    types.add<Json>(), types.add<Csv>(), types.add<KeyValue>(), types.add<Regex>(), types.add<Hex>();
    types.add<Base64>(), types.add<Cbor>(), types.add<Nmea0183>(), types.add<Influx>(), types.add<Senml>();
    types.add<Raw>(), types.add<Text>();
    config::Reading reading("codec: " + yaml, [&](config::Section& root) {
      root.reader().provide(types);
      root.section("codec", "codec", [&](config::Section& section) { factory = types.read(section); });
    });
    problem = reading.only();
    if (factory && reading.problems.errors() == 0) codec = factory.make(paths);
  }

  /// The documents, each on a line; or the reason and the place of the failure.
  std::string decode(std::string_view frame) {
    Collected out;
    if (codec == nullptr) return problem;
    const auto failure = codec->decode(frame, out);
    if (failure) return std::string(failure->reason) + " at " + std::to_string(failure->offset);
    std::string text;
    for (const Collected::One& one : out.documents) text += (text.empty() ? "" : "\n") + one.json;
    time = out.documents.empty() ? std::nullopt : out.documents.back().time;
    line_breaks = !out.documents.empty() && out.documents.back().has_line_break;
    return text;
  }

  /// The frame of a document, or why there is none.
  std::string encode(std::string_view json) const {
    std::string out;
    const auto encoded = codec->encode(json, out);
    return encoded ? out : encoded.error().text;
  }

  /// The time of the last document that was decoded.
  std::string time_text() const {
    std::string text;
    if (time) append_rfc3339(text, *time);
    return text;
  }

  expression::Paths paths;
  Factory factory;
  std::string problem;
  std::unique_ptr<Codec> codec;
  std::optional<TimePoint> time;
  bool line_breaks = false;
};

inline std::string decoded(const std::string& yaml, std::string_view frame) { return FromYaml(yaml).decode(frame); }

}  // namespace fieldgate::codec
