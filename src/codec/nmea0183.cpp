// Nmea0183: sentences into documents.
#include "codec/nmea0183.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "codec/text_value.hpp"
#include "config/section.hpp"
#include "message/json.hpp"

namespace fieldgate::codec {

namespace {

std::optional<double> real(std::string_view text) {
  if (text.starts_with('+')) text.remove_prefix(1);
  double number = 0;
  const auto [end, bad] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (bad != std::errc() || end != text.data() + text.size() || !std::isfinite(number)) return std::nullopt;
  return number;
}

/// Two digits; out of range for what are none.
unsigned pair(std::string_view text, std::size_t at) {
  const auto digit = [text](std::size_t i) { return static_cast<unsigned>(text[i] - '0'); };
  return digit(at) > 9 || digit(at + 1) > 9 ? 999 : digit(at) * 10 + digit(at + 1);
}

/// hhmmss.ss
std::optional<Civil> clock_of(std::string_view text) {
  if (text.size() < 6 || (text.size() > 6 && text[6] != '.')) return std::nullopt;
  Civil civil;
  civil.hour = pair(text, 0), civil.minute = pair(text, 2), civil.second = pair(text, 4);
  unsigned unit = 100'000;
  for (const char c : text.substr(std::min<std::size_t>(7, text.size()))) {
    if (c < '0' || c > '9') return std::nullopt;
    civil.microsecond += static_cast<unsigned>(c - '0') * unit;
    unit /= 10;
  }
  return civil.hour > 23 || civil.minute > 59 || civil.second > 60 ? std::nullopt : std::optional(civil);
}

/// ddmmyy, or ddmmyyyy
std::optional<Civil> date_of(std::string_view text) {
  if (text.size() != 6 && text.size() != 8) return std::nullopt;
  Civil civil;
  civil.day = pair(text, 0), civil.month = pair(text, 2);
  const unsigned year = pair(text, 4);
  const unsigned rest = text.size() == 8 ? pair(text, 6) : 0;
  if (year > 99 || rest > 99) return std::nullopt;
  civil.year = text.size() == 8 ? static_cast<int>(year * 100 + rest) : full_year(static_cast<int>(year));
  return to_time(civil, {}) ? std::optional(civil) : std::nullopt;
}

void append_padded(std::string& out, unsigned value, int digits) {
  char text[12];
  const auto [end, bad] = std::to_chars(text, text + sizeof text, value);
  out.append(static_cast<std::size_t>(std::max<std::ptrdiff_t>(0, digits - (end - text))), '0').append(text, end);
}

void append_clock(std::string& out, const Civil& civil) {
  append_padded(out, civil.hour, 2), out += ':';
  append_padded(out, civil.minute, 2), out += ':';
  append_padded(out, civil.second, 2), out += '.';
  append_padded(out, civil.microsecond, 6);
}

void append_date(std::string& out, const Civil& civil) {
  append_padded(out, static_cast<unsigned>(civil.year), 4), out += '-';
  append_padded(out, civil.month, 2), out += '-';
  append_padded(out, civil.day, 2);
}

/// Takes the next field's name off a list of them; its kind is ' ' for text.
std::string_view take_name(std::string_view& names, char& kind) {
  const std::size_t end = std::min(names.find(' '), names.size());
  std::string_view name = names.substr(0, end);
  names.remove_prefix(std::min(end + 1, names.size()));
  kind = std::string_view("#@%!^*").find(name.back()) == name.npos ? ' ' : name.back();
  if (kind != ' ') name.remove_suffix(1);
  return name;
}

}  // namespace

Nmea0183::Config Nmea0183::Config::read(config::Section& section) {
  return {section.choice<Checksum>(
      "checksum", Checksum::optional, "Whether a sentence needs one; `optional` still refuses one that is wrong.",
      {{"optional", Checksum::optional}, {"required", Checksum::required}, {"ignored", Checksum::ignored}})};
}

std::optional<Failure> Nmea0183::decode(Bytes frame, Receiver& out) {
  written_.begin();
  frame_ = frame;
  for (std::size_t at = 0; at < frame.size();) {
    const std::size_t end = std::min(frame.find_first_of("\r\n", at), frame.size());
    if (end != at) {
      if (auto failure = append(frame.substr(at, end - at))) {
        return failure;
      }
    }
    at = end + 1;
  }
  written_.deliver(out);
  return std::nullopt;
}

std::optional<Failure> Nmea0183::append(std::string_view line) {
  if (auto failure = check(line)) return failure;
  if (auto failure = split(line, fields_)) {
    failure->offset += offset(line.data());
    return failure;
  }
  std::string& json = written_.text();
  json += '{';
  Seen seen;
  const std::string_view names = append_head(fields_[0]);
  if (!names.empty()) append_named(names, 1, seen);
  append_together(seen);
  json += '}';
  std::optional<TimePoint> time;
  if (seen.date && seen.clock) {
    Civil civil = *seen.clock;
    civil.year = seen.date->year, civil.month = seen.date->month, civil.day = seen.date->day;
    time = to_time(civil, {});
  }
  written_.end(time);
  return std::nullopt;
}

/// Who says what; the names of the fields, or none where they are in `data` by now.
std::string_view Nmea0183::append_head(std::string_view tag) {
  std::string& json = written_.text();
  const auto member = [&](std::string_view name, std::string_view text) {
    begin_member(name);
    json::append_string(json, text);
  };
  if (tag.front() == 'P') {
    const std::string_view kind = fields_.size() > 1 ? fields_[1] : std::string_view();
    std::string_view names = nmea0183_fields(tag);
    if (names.empty() && kind.size() <= 8 && kind != "#") {
      char key[32];
      char* const end = std::copy(kind.begin(), kind.end(), std::copy(tag.begin(), tag.end(), key) + 1);
      key[tag.size()] = ',';
      names = nmea0183_fields({key, static_cast<std::size_t>(end - key)});
    }
    if (names.empty() && tag == "PASHR" && clock_of(kind)) names = nmea0183_fields("PASHR,#");
    member("manufacturer", tag.substr(1, 3));
    member("sentence_type", tag.substr(1));
    if (!names.empty() && tag.size() > 4 && names.find("subtype") == names.npos) member("subtype", tag.substr(4));
    if (names.empty()) {
      fields_[0] = tag.substr(4);  // what is behind the maker is theirs
      append_list("data", 0);
    }
    return names;
  }
  member("talker", tag.substr(0, 2));
  if (tag.size() == 5 && tag[4] == 'Q' && fields_.size() == 2) {  // a question: who is asked for what
    member("listener", tag.substr(2, 2));
    member("sentence_type", fields_[1]);
    return {};
  }
  member("sentence_type", tag.substr(2));
  const std::string_view names = nmea0183_fields(tag.substr(2));
  if (names.empty()) append_list("data", 1);
  return names;
}

void Nmea0183::append_named(std::string_view names, std::size_t first, Seen& seen) {
  std::size_t at = first;
  for (; !names.empty(); ++at) {
    char kind = ' ';
    const std::string_view name = take_name(names, kind);
    if (kind == '*') return append_list(name, at);
    begin_member(name);
    const std::size_t value = written_.text().size();
    const std::string_view text = at < fields_.size() ? trimmed(fields_[at]) : std::string_view();
    append_field(name, kind, text, seen);
    tell(name, text, value);
  }
  if (at < fields_.size()) append_list("more", at);
}

void Nmea0183::append_field(std::string_view name, char kind, std::string_view text, Seen& seen) {
  std::string& json = written_.text();
  if (name == "lat") seen.latitude = text;
  if (name == "lat_dir") seen.latitude_side = text;
  if (name == "lon") seen.longitude = text;
  if (name == "lon_dir") seen.longitude_side = text;
  if (kind == '!') seen.valid = seen.valid.value_or(true) && text == "A";
  if (kind == '^') seen.valid = !text.empty() && text != "0";
  const auto number = kind == '#' || kind == '^' ? real(text) : std::nullopt;
  if (number && name == "year") seen.year = *number;
  if (number && name == "month") seen.month = *number;
  if (number && name == "day") seen.day = *number;
  if (text.empty()) {
    json += "null";
  } else if (number) {
    json::append_number(json, *number);
  } else if (const auto clock = kind == '@' ? clock_of(text) : std::nullopt) {
    seen.clock = clock;
    json += '"', append_clock(json, *clock), json += '"';
  } else if (const auto date = kind == '%' ? date_of(text) : std::nullopt) {
    seen.date = date;
    json += '"', append_date(json, *date), json += '"';
  } else {
    json::append_string(json, text);  // also what should be something else, and is not
  }
}

void Nmea0183::append_list(std::string_view name, std::size_t first) {
  begin_member(name);
  std::string& json = written_.text();
  const std::size_t value = json.size();
  json += '[';
  for (std::size_t i = first; i < fields_.size(); ++i) {
    if (i != first) json += ',';
    json::append_string(json, fields_[i]);
  }
  json += ']';
  if (first < fields_.size())
    tell(name,
         {fields_[first].data(),
          static_cast<std::size_t>(fields_.back().data() - fields_[first].data()) + fields_.back().size()},
         value);
}

std::optional<Civil> Nmea0183::Seen::whole_date() const {
  const auto within = [](double value, double from, double to) { return value >= from && value <= to; };
  if (!within(year, 1, 9999) || !within(month, 1, 12) || !within(day, 1, 31)) return std::nullopt;
  const Civil civil{static_cast<int>(year), static_cast<unsigned>(month), static_cast<unsigned>(day)};
  return to_time(civil, {}) ? std::optional(civil) : std::nullopt;
}

/// What several fields mean together.
void Nmea0183::append_together(Seen& seen) {
  std::string& json = written_.text();
  TextField position;
  position.kind = TextField::Kind::degrees_minutes;
  std::optional<TimePoint> none;
  for (const bool is_latitude : {true, false}) {
    const std::string_view text = is_latitude ? seen.latitude : seen.longitude;
    const std::string_view side = is_latitude ? seen.latitude_side : seen.longitude_side;
    if (text.empty() || side.empty()) continue;
    const std::size_t before = json.size();
    begin_member(is_latitude ? "latitude" : "longitude");
    if (append_text_value(json, position, {text, text, false, {}}, side, none)) json.resize(before);
  }
  if (const auto date = seen.date ? std::nullopt : seen.whole_date()) {
    begin_member("datestamp");
    seen.date = date;
    json += '"', append_date(json, *date), json += '"';
  }
  if (seen.valid) {
    begin_member("is_valid");
    json += *seen.valid ? "true" : "false";
  }
}

void Nmea0183::begin_member(std::string_view name) {
  std::string& json = written_.text();
  if (json.back() != '{') json += ',';
  json.append(1, '"').append(name).append("\":");
}

void Nmea0183::tell(std::string_view name, std::string_view text, std::size_t value) {
  if (trace_ == nullptr || text.data() == nullptr) return;
  const auto offset = static_cast<std::size_t>(text.data() - frame_.data());
  trace_->field({name, offset * 8, text.size() * 8, text, std::string_view(written_.text()).substr(value), {}, {}});
}

}  // namespace fieldgate::codec
