// Json: counts braces, and knows strings.
#include "framing/json.hpp"

#include <algorithm>

namespace fieldgate::framing {

namespace {

constexpr std::string_view spaces = " \t\r\n";

std::size_t first_not_of(Bytes bytes, std::string_view some) {
  const std::size_t found = bytes.find_first_not_of(some);
  return found == Bytes::npos ? bytes.size() : found;
}

}  // namespace

JsonShape::Config JsonShape::Config::read(config::Section& section) {
  Config config;
  config.stream_array_elements = section.flag("stream_array_elements", false,
                                              "Whether the elements of an outermost array are frames by themselves.");
  config.resync = section.flag(
      "resync", false, "Whether what is no JSON is skipped up to the next brace; else the connection is closed.");
  config.common = Common::read(section);
  return config;
}

/// Takes the next character; whether it closes the outermost brace.
bool JsonShape::closed(char c) {
  if (in_string_) {
    if (escaped_) {
      escaped_ = false;
    } else if (c == '\\') {
      escaped_ = true;
    } else if (c == '"') {
      in_string_ = false;
      return depth_ == 0;  // a text that is an element
    }
    return false;
  }
  if (c == '"') {
    in_string_ = true;
  } else if (c == '{' || c == '[') {
    ++depth_;
  } else if ((c == '}' || c == ']') && depth_ > 0) {
    return --depth_ == 0;
  }
  return false;
}

/// Moves scanned_ behind the end of the value; false where it is not there. `bare`: a number or a word.
bool JsonShape::scan(Bytes rest, bool bare) {
  if (bare) {
    const std::size_t end = rest.find_first_of(",] \t\r\n", scanned_);
    scanned_ = end == Bytes::npos ? rest.size() : end;
    return end != Bytes::npos;
  }
  while (scanned_ < rest.size()) {
    if (closed(rest[scanned_++])) return true;
  }
  return false;
}

Measure JsonShape::measure(Bytes rest) {
  const std::size_t space = first_not_of(rest, in_array_ ? " \t\r\n," : spaces);
  if (space > 0) return Measure::empty(space);
  const char c = rest.front();
  if (in_array_) {
    if (c != ']') return element(rest);
    in_array_ = false;
    return Measure::empty(1);
  }
  if (c != '{' && c != '[') {
    if (!config_.resync) return Measure::lost("no_json");
    const std::size_t brace = rest.find_first_of("{[");
    return Measure::garbage(brace == Bytes::npos ? rest.size() : brace);
  }
  if (c == '[' && config_.stream_array_elements && scanned_ == 0) {
    in_array_ = true;
    return Measure::empty(1);
  }
  return element(rest);
}

Measure JsonShape::element(Bytes rest) {
  const bool bare = in_array_ && std::string_view("{[\"").find(rest.front()) == Bytes::npos;
  const bool whole = scan(rest, bare);
  const std::size_t size = scanned_;
  if (size > config_.common.max_length) {
    if (whole) forget();
    scanned_ = 0;
    discarding_ = !whole;
    bare_ = bare;
    return Measure::too_long(size);
  }
  if (!whole) return Measure::more(rest.size() + 1);
  forget();
  return Measure::whole(rest.substr(0, size), size);
}

std::size_t JsonShape::resume(Bytes input) {
  scanned_ = 0;
  const bool whole = scan(input, bare_);
  const std::size_t past = scanned_;
  scanned_ = 0;
  if (whole) forget();
  return past;
}

Result<void> JsonShape::wrap(Bytes payload, std::string& out) const {
  if (payload.size() > config_.common.max_length) return too_long(payload, config_.common.max_length);
  out.append(payload);
  return {};
}

}  // namespace fieldgate::framing
