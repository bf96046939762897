// Senml: packs into resolved records.
#include "codec/senml.hpp"

#include <charconv>
#include <cmath>

#include "codec/cbor.hpp"
#include "codec/decimal.hpp"
#include "codec/text_field.hpp"
#include "config/section.hpp"
#include "message/json.hpp"

namespace fieldgate::codec {

namespace {

/// The labels in JSON and in CBOR (RFC 8428, section 12.2), in the order of the slots: two for each.
enum Label : std::size_t { bver, bn, bt, bu, bv, bs, n, u, v, vs, vb, s, t, ut, vd };
constexpr std::pair<std::string_view, std::string_view> labels[] = {
    {"bver", "-1"}, {"bn", "-2"}, {"bt", "-3"}, {"bu", "-4"}, {"bv", "-5"}, {"bs", "-6"}, {"n", "0"},  {"u", "1"},
    {"v", "2"},     {"vs", "3"},  {"vb", "4"},  {"s", "5"},   {"t", "6"},   {"ut", "7"},  {"vd", "8"},
};

/// Below this a time is relative to now (section 4.5.3).
constexpr double first_absolute = 1U << 28U;

constexpr double latest = 253402300799;  // the end of the year 9999

const Value& picked(const Document& record, Label label) {
  const Value& by_name = record.picked[2 * label];
  return by_name.kind == Value::Kind::missing ? record.picked[2 * label + 1] : by_name;
}

bool has(const Document& record, Label label) { return picked(record, label).kind != Value::Kind::missing; }

std::optional<double> number(const Value& value) {
  double result = 0;
  if (value.kind != Value::Kind::number) return std::nullopt;
  const auto [end, bad] = std::from_chars(value.text.data(), value.text.data() + value.text.size(), result);
  return bad == std::errc() ? std::optional(result) : std::nullopt;
}

std::optional<Failure> fail(std::string_view text) { return Failure{"invalid_senml", text, 0}; }

/// Seconds with up to six places, and no noise behind them.
void append_seconds(std::string& json, double seconds) {
  if (std::abs(seconds) > latest) return json::append_number(json, seconds);
  const auto micros = static_cast<std::int64_t>(std::llround(seconds * 1e6));
  char text[32];
  char* end = write_decimal(text, micros, 6);
  while (end[-1] == '0') --end;
  if (end[-1] == '.') --end;
  json.append(text, end);
}

/// Bytes in JSON are in the URL's alphabet (section 5); in what was CBOR they are not yet.
void append_bytes(std::string& json, const Value& value) {
  std::string text;
  if (value.escaped) {
    json::append_unescaped(text, value.text);
  } else {
    text = value.text;
  }
  std::erase(text, '=');
  for (char& c : text) c = c == '+' ? '-' : c == '/' ? '_' : c;
  json::append_string(json, text);
}

}  // namespace

Senml::Config Senml::Config::read(config::Section& section) {
  return {section.choice<Format>("format", Format::automatic, "How packs are written; `auto` tells by the first byte.",
                                 {{"auto", Format::automatic}, {"json", Format::json}, {"cbor", Format::cbor}}),
          section.choice<Messages>("messages", Messages::record,
                                   "Whether each record is a message, or the pack is one: {\"records\": [...]}.",
                                   {{"record", Messages::record}, {"pack", Messages::pack}})};
}

Senml::Senml(const Config& config, const expression::Paths& paths)
    : config_(config), checker_(labels_), written_(paths) {
  for (const auto& [name, key] : labels) {
    labels_.intern({std::string(name)});
    labels_.intern({std::string(key)});
  }
}

std::optional<Failure> Senml::decode(Bytes frame, Receiver& out) {
  const bool looks_like_json =
      frame.substr(std::min(frame.find_first_not_of(" \t\r\n"), frame.size())).starts_with('[');
  const bool is_json = config_.format == Format::json || (config_.format == Format::automatic && looks_like_json);
  std::string_view pack = frame;
  if (!is_json) {
    json_.clear();
    if (const auto failure = append_cbor_as_json(frame, json_, scratch_)) return failure;
    pack = json_;
  }
  Document document;
  if (const auto failure = checker_.check(pack, document)) return failure;
  if (document.json.front() != '[' || !checker_.items_are_objects()) return fail("expected an array of records");
  std::string& json = written_.begin();
  const bool one = config_.messages == Messages::pack;
  if (one) json += "{\"records\":[";
  Base base;
  std::optional<TimePoint> earliest;
  bool any = false;
  for (std::string_view rest = document.json;;) {
    const std::size_t begin = rest.find('{');
    if (begin == std::string_view::npos) break;
    rest.remove_prefix(begin);
    Document record;
    rest.remove_prefix(checker_.pick_front(rest, record));
    const std::size_t before = json.size();
    std::optional<TimePoint> time;
    bool empty = false;
    if (one && any) json += ',';
    if (auto failure = append_record(record, base, time, empty)) {
      failure->offset = is_json ? static_cast<std::size_t>(record.json.data() - frame.data()) : 0;
      return failure;
    }
    if (empty) {
      json.resize(before);
      continue;
    }
    any = true;
    if (written_.is_too_large(frame.size())) return Written::too_large;
    if (time && (!earliest || *time < *earliest)) earliest = time;
    if (!one) written_.end(time);
  }
  if (one) {
    json += "]}";
    written_.end(earliest);
  }
  written_.deliver(out);
  return std::nullopt;
}

/// `empty`: it only had base fields, which hold for those behind it.
std::optional<Failure> Senml::append_record(const Document& record, Base& base, std::optional<TimePoint>& time,
                                            bool& empty) {
  if (auto failure = read_base(record, base)) return failure;
  written_.text() += '{';
  if (auto failure = append_name(record, base)) return failure;
  bool has_value = false;
  if (auto failure = append_value(record, base, has_value)) return failure;
  empty = !has_value && !has(record, n);
  if (empty) return std::nullopt;
  if (!has_value) return fail("a record has neither a value nor a sum");
  if ((has(record, t) && !number(picked(record, t))) || (has(record, ut) && !number(picked(record, ut))))
    return fail("a time is no number");
  append_time(record, base, time);
  if (auto failure = append_rest(record.json)) return failure;
  written_.text() += '}';
  return std::nullopt;
}

std::optional<Failure> Senml::read_base(const Document& record, Base& base) const {
  if (has(record, bver)) {
    const auto version = number(picked(record, bver));
    if (!version || *version > 10) return fail("a version above 10");
  }
  const auto take = [&record](Label label, double& value, bool& given) {
    if (!has(record, label)) return true;
    const auto read = number(picked(record, label));
    value = read.value_or(0);
    given = true;
    return read.has_value();
  };
  bool has_time = false;
  if (!take(bt, base.time, has_time) || !take(bv, base.value, base.has_value) || !take(bs, base.sum, base.has_sum))
    return fail("a base field is no number");
  for (const Label label : {bn, bu}) {
    const Value& value = picked(record, label);
    if (value.kind == Value::Kind::missing) continue;
    if (value.kind != Value::Kind::string) return fail("a base field is no text");
    (label == bn ? base.name : base.unit) = value.text;
  }
  return std::nullopt;
}

std::optional<Failure> Senml::append_name(const Document& record, const Base& base) {
  const Value& own = picked(record, n);
  if (own.kind != Value::Kind::missing && own.kind != Value::Kind::string) return fail("a name is no text");
  member("n");
  std::string& json = written_.text();
  json.append(1, '"').append(base.name);  // as it stands between its quotes: it was checked
  if (own.kind == Value::Kind::string) json += own.text;
  json += '"';
  const Value& unit = picked(record, u);
  if (unit.kind != Value::Kind::missing && unit.kind != Value::Kind::string) return fail("a unit is no text");
  if (unit.kind == Value::Kind::missing && base.unit.empty()) return std::nullopt;
  member("u");
  json.append(1, '"').append(unit.kind == Value::Kind::string ? unit.text : base.unit).append(1, '"');
  return std::nullopt;
}

std::optional<Failure> Senml::append_value(const Document& record, const Base& base, bool& has_value) {
  std::string& json = written_.text();
  int values = 0;
  for (const auto& [label, kind] : {std::pair{v, Value::Kind::number}, std::pair{vs, Value::Kind::string},
                                    std::pair{vb, Value::Kind::boolean}, std::pair{vd, Value::Kind::string}}) {
    const Value& value = picked(record, label);
    if (value.kind == Value::Kind::missing) continue;
    if (value.kind != kind || ++values > 1) return fail("a value is not of its kind, or there are two");
    member(labels[label].first);
    if (label == v && base.has_value) {
      json::append_number(json, base.value + number(value).value_or(0));
    } else if (label == vd) {
      append_bytes(json, value);
    } else if (kind == Value::Kind::string) {
      json.append(1, '"').append(value.text).append(1, '"');
    } else {
      json += value.text;
    }
  }
  const Value& sum = picked(record, s);
  if (sum.kind != Value::Kind::missing) {
    const auto own = number(sum);
    if (!own) return fail("a sum is no number");
    member("s");
    if (base.has_sum) {
      json::append_number(json, base.sum + *own);
    } else {
      json += sum.text;
    }
  } else if (base.has_sum && values != 0) {
    member("s");
    json::append_number(json, base.sum);
  }
  if (values == 0 && base.has_value && has(record, n)) {  // section 4.5.4: a base value stands for one that is missing
    member("v");
    json::append_number(json, base.value);
    values = 1;
  }
  has_value = values != 0 || sum.kind != Value::Kind::missing;
  return std::nullopt;
}

void Senml::append_time(const Document& record, const Base& base, std::optional<TimePoint>& time) {
  const double seconds = base.time + number(picked(record, t)).value_or(0);
  std::string& json = written_.text();
  if (seconds != 0) {
    member("t");
    append_seconds(json, seconds);
  }
  if (seconds >= first_absolute && seconds <= latest) {
    time = TimePoint(std::chrono::microseconds(static_cast<std::int64_t>(std::llround(seconds * 1e6))));
  }
  if (!has(record, ut)) return;
  member("ut");
  json += picked(record, ut).text;
}

/// What the RFC does not name stays, unless its label says that it must be understood (section 4.4).
std::optional<Failure> Senml::append_rest(std::string_view record) {
  std::string& json = written_.text();
  json::Member own;
  while (json::next_member(record, own)) {
    bool known = false;
    for (const auto& [name, key] : labels) known = known || own.name == name || own.name == key;
    if (known) continue;
    if (own.name.ends_with('_')) return fail("a label that must be understood is unknown");
    member(own.name);
    json::append_compact(json, own.value);
  }
  return std::nullopt;
}

void Senml::member(std::string_view name) {
  std::string& json = written_.text();
  if (json.back() != '{') json += ',';
  json.append(1, '"').append(name).append("\":");
}

/// As JSON: the records of a pack, or one record.
Result<void> Senml::encode(std::string_view json, std::string& out) const {
  if (config_.format == Format::cbor) return Error{"encode", "SenML is encoded as JSON only: set 'format: json'"};
  const expression::Paths none;
  Document document;
  if (const auto failure = JsonChecker(none).check(json, document)) return Error{"encode", std::string(failure->text)};
  const auto records = find_member(document.json, "records");
  if (records && records->kind == Value::Kind::array) {
    json::append_compact(out, records->text);
    return {};
  }
  out += '[';
  json::append_compact(out, document.json);
  out += ']';
  return {};
}

}  // namespace fieldgate::codec
