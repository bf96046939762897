// What is promised of the codecs that read text.
#include "codec/armour.hpp"
#include "codec/csv.hpp"
#include "codec/influx.hpp"
#include "codec/json.hpp"
#include "codec/key_value.hpp"
#include "codec/nmea0183.hpp"
#include "codec/regex.hpp"
#include "codec/senml.hpp"
#include "fuzz/documents.hpp"
#include "fuzz/targets.hpp"

namespace fieldgate::fuzz {

namespace {

void json_text(std::string_view bytes) {
  expression::Paths paths;
  for (const auto& path : std::vector<std::vector<std::string>>{{}, {"a"}, {"a", "b"}, {"a", "0"}, {"device"}})
    paths.intern(path);
  codec::Json codec({}, paths);
  CheckedDocuments out;
  codec.decode(bytes, out);
}

/// Decodes with no path and with some, which must give the same.
template <class Codec>
void decode(const typename Codec::Config& config, std::string_view bytes) {
  const expression::Paths none;
  Codec codec(config, none);
  CheckedDocuments out;
  codec.decode(bytes, out);
}

codec::TextField field(std::string name, codec::TextField::Kind kind, std::vector<std::string> from = {}) {
  codec::TextField made;
  made.name = std::move(name);
  made.kind = kind;
  made.from = std::move(from);
  return made;
}

/// One field of each kind, out of `from`.
std::vector<codec::TextField> one_of_each(const std::string& from) {
  std::vector<codec::TextField> fields;
  for (unsigned kind = 0; kind <= static_cast<unsigned>(codec::TextField::Kind::time); ++kind)
    fields.push_back(field("f" + std::to_string(kind), static_cast<codec::TextField::Kind>(kind), {from}));
  fields.back().pattern = *codec::TimePattern::parse("%d%m%y %H%M%S");
  return fields;
}

void json_picks(std::string_view bytes) {
  codec::Json::Config config;
  const unsigned flags = choice(bytes);
  if ((flags & 1U) != 0) config.root = "/r";
  if ((flags & 2U) != 0)
    config.fields = {field("a", codec::TextField::Kind::automatic, {"/a"}), one_of_each("/a/0")[flags % 13]};
  if ((flags & 4U) != 0) config.shared = {field("d", codec::TextField::Kind::automatic, {"/d"})};
  decode<codec::Json>(config, bytes);
}

void key_value(std::string_view bytes) {
  codec::KeyValue::Config config;
  const unsigned flags = choice(bytes);
  if ((flags & 1U) != 0) config.separator = ";", config.assign = ":";
  if ((flags & 2U) != 0) config.fields = {one_of_each("a")[(flags >> 4U) % 13]};
  if ((flags & 4U) != 0) config.pattern = "(?P<key>[a-z]*)(?P<value>[0-9]*)";
  decode<codec::KeyValue>(config, bytes);
}

/// The first line is the pattern, as grok or plain; the rest is what a device sent.
void regex(std::string_view bytes) {
  const unsigned flags = choice(bytes);
  const bool grok = (flags & 1U) != 0;
  const std::size_t end = std::min(bytes.find('\n'), bytes.size());
  const std::string_view text = bytes.substr(0, end);
  const auto expanded =
      grok ? codec::expand_grok(text, {{"A", "%{B}%{B:b}"}, {"B", "x|%{A}"}}) : codec::expand_regex(text);
  if (!expanded || expanded->pattern.size() > 2000) return;
  const auto compiled = script::Pattern::compile(expanded->pattern);
  if (!compiled || compiled->group_names().size() > script::Pattern::max_groups) return;
  codec::Regex::Config config;
  config.patterns = {{*expanded, {}},
                     {*expanded, one_of_each(expanded->columns.empty() ? "a" : expanded->columns[0].name)}};
  config.matches = (flags & 2U) != 0 ? codec::Regex::Matches::merge : codec::Regex::Matches::first;
  decode<codec::Regex>(config, bytes.substr(std::min(end + 1, bytes.size())));
}

void armour(std::string_view bytes) {
  std::string out;
  if (!codec::append_from_base64(out, bytes)) require(out.size() <= bytes.size(), "base64 that grows");
  out.clear();
  if (codec::append_from_hex(out, bytes)) return;
  std::string again;
  codec::append_hex(again, out);
  require(again.size() == 2 * out.size(), "hex of another length");
}

/// What is decoded can be encoded, and means the same.
template <class Codec>
void round_trip(std::string_view bytes) {
  struct Kept final : codec::Receiver {
    void document(const Document& document) override { json.emplace_back(document.json); }
    std::vector<std::string> json;
  };
  decode<Codec>({}, bytes);
  const expression::Paths none;
  Codec codec({}, none);
  Kept first;
  if (codec.decode(bytes, first)) return;
  for (const std::string& json : first.json) {
    std::string frame;
    if (!codec.encode(json, frame)) continue;
    Kept second;
    require(!codec.decode(frame, second) && second.json.size() == 1, "what was encoded does not decode");
  }
}

void senml(std::string_view bytes) {
  codec::Senml::Config config;
  if ((choice(bytes) & 1U) != 0) config.messages = codec::Senml::Messages::pack;
  decode<codec::Senml>(config, bytes);
}

void csv(std::string_view bytes) {
  using Kind = codec::Csv::Kind;
  codec::Csv::Config config;
  config.header = (choice(bytes) & 1U) != 0;
  const unsigned columns = 1 + choice(bytes) % 8;
  for (unsigned i = 0; i < columns; ++i)
    config.columns.push_back(field(std::string(1, static_cast<char>('a' + i)), static_cast<Kind>(choice(bytes) % 8)));
  const expression::Paths none;
  codec::Csv codec(config, none);
  CheckedDocuments out;
  codec.decode(bytes, out);
}

}  // namespace

std::span<const Target> text_codec_targets() {
  static constexpr Target targets[] = {
      {"json", json_text},
      {"csv", csv},
      {"json_picks", json_picks},
      {"key_value", key_value},
      {"regex", regex},
      {"armour", armour},
      {"nmea0183", round_trip<codec::Nmea0183>},
      {"influx", round_trip<codec::Influx>},
      {"senml", senml},
  };
  return targets;
}

}  // namespace fieldgate::fuzz
