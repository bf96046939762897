// Influx: lines into documents. What is well formed is what InfluxData's own decoder takes.
#include "codec/influx.hpp"

#include <charconv>
#include <cmath>

#include "codec/text_field.hpp"
#include "config/section.hpp"
#include "message/json.hpp"

namespace fieldgate::codec {

/// Control characters, which are in all but the strings, are left out here.
struct Influx::Set {
  std::string_view stops;
  std::string_view escapes;
  std::string_view meanings;
  bool is_string = false;
};

namespace {

bool is_control(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; }

constexpr std::string_view no_value = "a field's value is no number, string or truth value";

std::optional<bool> truth(std::string_view text) {
  for (const std::string_view yes : {"t", "T", "true", "True", "TRUE"}) {
    if (text == yes) return true;
  }
  for (const std::string_view no : {"f", "F", "false", "False", "FALSE"}) {
    if (text == no) return false;
  }
  return std::nullopt;
}

template <class Number>
std::optional<Number> whole(std::string_view text) {
  Number number{};
  const auto [end, bad] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (bad != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

}  // namespace

Influx::Config Influx::Config::read(config::Section& section) {
  return {section.choice<std::int64_t>("precision", 1, "The unit of timestamps.",
                                       {{"ns", 1}, {"us", 1'000}, {"ms", 1'000'000}, {"s", 1'000'000'000}})};
}

std::optional<Failure> Influx::fail(std::string_view text) const { return Failure{"invalid_line", text, at_}; }

std::optional<Failure> Influx::decode(Bytes frame, Receiver& out) {
  written_.begin();
  frame_ = frame;
  at_ = 0;
  while (skip_to_line()) {
    if (auto failure = take_line()) return failure;
  }
  written_.deliver(out);
  return std::nullopt;
}

/// Over empty lines and comments. False: that was all.
bool Influx::skip_to_line() {
  for (;;) {
    const std::size_t start = at_;
    while (next() == ' ') ++at_;
    if (ended()) return false;
    if (next() == '#') {
      while (!ended() && !is_control(next())) ++at_;
      if (take_line_end()) continue;
      at_ = start;  // a control character in a comment: refused as a measurement
      return true;
    }
    if (!take_line_end()) return true;
  }
}

/// A line end, or that of the frame.
bool Influx::take_line_end() {
  if (ended()) return true;
  if (next() == '\n') {
    ++at_;
    return true;
  }
  if (next() != '\r' || (at_ + 1 != frame_.size() && frame_[at_ + 1] != '\n')) return false;
  at_ += at_ + 1 == frame_.size() ? 1 : 2;
  return true;
}

/// Up to what ends it, its escapes undone: a backslash before another character means itself.
std::optional<Failure> Influx::take_token(const Set& set) {
  token_.clear();
  const std::size_t start = at_;
  for (; !ended(); ++at_) {
    const char c = frame_[at_];
    if (c == '\\' && at_ + 1 < frame_.size()) {
      const std::size_t escape = set.escapes.find(frame_[at_ + 1]);
      if (escape == set.escapes.npos) {
        token_ += c;
        continue;
      }
      token_ += set.meanings[escape];
      ++at_;
    } else if (set.stops.find(c) != set.stops.npos || (!set.is_string && is_control(c))) {
      break;
    } else {
      token_ += c;
    }
  }
  if (json::find_invalid_utf8(token_) == std::string_view::npos) return std::nullopt;
  at_ = start;
  return fail("invalid UTF-8");
}

std::optional<Failure> Influx::take_line() {
  static constexpr Set measurement{", ", " ,", " ,"};
  if (auto failure = take_token(measurement)) return failure;
  if (token_.empty() || token_.front() == '#') return fail("a measurement was expected");
  std::string& json = written_.text();
  json += "{\"measurement\":";
  json::append_string(json, token_);
  json += ",\"tags\":{";
  if (auto failure = take_tags()) return failure;
  json += "},\"fields\":{";
  if (auto failure = take_fields()) return failure;
  json += "}}";
  std::optional<TimePoint> time;
  if (auto failure = take_time(time)) return failure;
  written_.end(time);
  return std::nullopt;
}

std::optional<Failure> Influx::take_tags() {
  static constexpr Set part{",= \r\n", ",= ", ",= "};
  std::string& json = written_.text();
  for (bool first = true; next() == ','; first = false) {
    ++at_;
    if (auto failure = take_token(part)) return failure;
    if (token_.empty() || next() != '=') return fail("a tag's key and = were expected");
    if (!first) json += ',';
    json::append_string(json, token_);
    json += ':';
    ++at_;
    if (auto failure = take_token(part)) return failure;
    if (token_.empty()) return fail("a tag's value was expected");
    json::append_string(json, token_);
  }
  if (next() != ' ') return fail("a tag or a field was expected");
  while (next() == ' ') ++at_;
  return std::nullopt;
}

std::optional<Failure> Influx::take_fields() {
  static constexpr Set key{",= \r\n", ",= ", ",= "};
  std::string& json = written_.text();
  for (bool first = true;; first = false) {
    if (auto failure = take_token(key)) return failure;
    if (token_.empty() || next() != '=') return fail("a field's key and = were expected");
    if (!first) json += ',';
    json::append_string(json, token_);
    json += ':';
    ++at_;
    if (auto failure = take_value()) return failure;
    if (next() != ',' || ended()) break;
    ++at_;
  }
  if (!ended() && next() != ' ' && next() != '\r' && next() != '\n') return fail("a comma or a blank was expected");
  return std::nullopt;
}

std::optional<Failure> Influx::take_value() {
  static constexpr Set string{"\"", "\\\"nrt", "\\\"\n\r\t", true};
  std::string& json = written_.text();
  if (next() == '"') {
    ++at_;
    if (auto failure = take_token(string)) return failure;
    if (ended()) return fail("a quote is not closed");
    ++at_;
    json::append_string(json, token_);
    return std::nullopt;
  }
  const std::size_t length = std::min(frame_.find_first_of(", \r\n", at_), frame_.size()) - at_;
  const std::string_view text = frame_.substr(at_, length);
  if (const auto value = truth(text)) {
    json += *value ? "true" : "false";
  } else if (auto failure = take_number(text)) {
    return failure;
  }
  at_ += length;
  return std::nullopt;
}

/// A float keeps a point, so that the way back knows it.
std::optional<Failure> Influx::take_number(std::string_view text) {
  if (text.empty() || (text[0] != '-' && text[0] != '.' && (text[0] < '0' || text[0] > '9'))) return fail(no_value);
  std::string& json = written_.text();
  char digits[32];
  char* end = nullptr;
  const std::string_view number = text.substr(0, text.size() - 1);
  if (text.back() == 'i') {
    const auto value = whole<std::int64_t>(number);
    if (!value) return fail(no_value);
    end = std::to_chars(digits, digits + sizeof digits, *value).ptr;
  } else if (text.back() == 'u') {
    const auto value = whole<std::uint64_t>(number);
    if (!value) return fail(no_value);
    end = std::to_chars(digits, digits + sizeof digits, *value).ptr;
  } else {
    const auto value = whole<double>(text);
    if (!value || !std::isfinite(*value)) return fail(no_value);
    end = std::to_chars(digits, digits + sizeof digits, *value).ptr;
    const std::string_view shown(digits, static_cast<std::size_t>(end - digits));
    if (shown.find_first_of(".e") == shown.npos) *end++ = '.', *end++ = '0';
  }
  json.append(digits, end);
  return std::nullopt;
}

std::optional<Failure> Influx::take_time(std::optional<TimePoint>& time) {
  while (next() == ' ') ++at_;
  if (take_line_end()) return std::nullopt;
  const std::size_t length = std::min(frame_.find_first_not_of("-0123456789", at_), frame_.size()) - at_;
  const auto stamp = whole<std::int64_t>(frame_.substr(at_, length));
  std::int64_t nanoseconds = 0;
  if (!stamp || __builtin_mul_overflow(*stamp, config_.nanoseconds, &nanoseconds))
    return fail("a timestamp was expected");
  at_ += length;
  while (next() == ' ') ++at_;
  if (!take_line_end()) return fail("something stands behind the timestamp");
  time = TimePoint(std::chrono::floor<std::chrono::microseconds>(std::chrono::nanoseconds(nanoseconds)));
  return std::nullopt;
}

}  // namespace fieldgate::codec
