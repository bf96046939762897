// CayenneLpp: one table of types, read both ways.
#include "codec/cayenne_lpp.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <iterator>
#include <nlohmann/json.hpp>
#include <utility>

#include "message/json.hpp"

namespace fieldgate::codec {

namespace {

/// One number of an item: `size` bytes, big-endian, times `factor`, with `decimals` places behind the point.
struct Part {
  std::string_view name;  ///< empty: the item is this number
  unsigned size = 0;
  bool is_signed = false;
  int factor = 1;
  int decimals = 0;
};

struct Type {
  unsigned id;
  std::string_view name;
  std::string_view unit;
  std::array<Part, 3> parts;
};

constexpr Type types[] = {
    {0x00, "digital_in", "", {{{"", 1}}}},
    {0x01, "digital_out", "", {{{"", 1}}}},
    {0x02, "analog_in", "", {{{"", 2, true, 1, 2}}}},
    {0x03, "analog_out", "", {{{"", 2, true, 1, 2}}}},
    {0x64, "generic", "", {{{"", 4}}}},
    {0x65, "luminosity", "lx", {{{"", 2}}}},
    {0x66, "presence", "", {{{"", 1}}}},
    {0x67, "temperature", "°C", {{{"", 2, true, 1, 1}}}},
    {0x68, "relative_humidity", "%", {{{"", 1, false, 5, 1}}}},
    {0x71, "accelerometer", "g", {{{"x", 2, true, 1, 3}, {"y", 2, true, 1, 3}, {"z", 2, true, 1, 3}}}},
    {0x73, "barometric_pressure", "hPa", {{{"", 2, false, 1, 1}}}},
    {0x74, "voltage", "V", {{{"", 2, false, 1, 2}}}},
    {0x75, "current", "A", {{{"", 2, false, 1, 3}}}},
    {0x76, "frequency", "Hz", {{{"", 4}}}},
    {0x78, "percentage", "%", {{{"", 1}}}},
    {0x79, "altitude", "m", {{{"", 2, true}}}},
    {0x7A, "load", "kg", {{{"", 3, true, 1, 3}}}},
    {0x7D, "concentration", "ppm", {{{"", 2}}}},
    {0x80, "power", "W", {{{"", 2}}}},
    {0x82, "distance", "m", {{{"", 4, false, 1, 3}}}},
    {0x83, "energy", "kWh", {{{"", 4, false, 1, 3}}}},
    {0x84, "direction", "deg", {{{"", 2}}}},
    {0x85, "time", "s", {{{"", 4}}}},
    {0x86, "gyrometer", "deg/s", {{{"x", 2, true, 1, 2}, {"y", 2, true, 1, 2}, {"z", 2, true, 1, 2}}}},
    {0x87, "colour", "", {{{"r", 1}, {"g", 1}, {"b", 1}}}},
    {0x88, "gps", "", {{{"latitude", 3, true, 1, 4}, {"longitude", 3, true, 1, 4}, {"altitude", 3, true, 1, 2}}}},
    {0x8E, "switch", "", {{{"", 1}}}},
};

constexpr std::size_t humidity = 8;  // in the table
static_assert(types[humidity].id == 0x68);

std::size_t size_of(const Type& type) { return type.parts[0].size + type.parts[1].size + type.parts[2].size; }

std::int64_t integer_of(Bytes bytes, bool is_signed) {
  std::int64_t value = is_signed && static_cast<signed char>(bytes[0]) < 0 ? -1 : 0;
  for (const char byte : bytes)
    value = static_cast<std::int64_t>(static_cast<std::uint64_t>(value) << 8) | static_cast<unsigned char>(byte);
  return value;
}

/// Exactly, without zeros at the end.
void append_decimal(std::string& out, std::int64_t value, int decimals) {
  for (; decimals > 0 && value % 10 == 0; --decimals) value /= 10;
  const std::string digits = std::to_string(std::llabs(value));
  if (value < 0) out += '-';
  const auto places = static_cast<std::size_t>(decimals);
  const std::size_t whole = digits.size() > places ? digits.size() - places : 0;
  out += whole == 0 ? "0" : std::string_view(digits).substr(0, whole);
  if (places == 0) return;
  out += '.';
  out.append(places - (digits.size() - whole), '0').append(digits, whole);
}

void append_name(std::string& out, const Type& type, unsigned channel) {
  out += type.name;
  out += '_';
  out += std::to_string(channel);
}

Error unknown(const std::string& name) {
  return {"encode", "'" + name + "' is no value of Cayenne LPP: write its type and channel, like temperature_3"};
}

/// The raw integer of a number; nothing where it does not fit.
std::optional<std::int64_t> raw_of(const Part& part, double value) {
  const double raw = std::round(value * std::pow(10, part.decimals) / part.factor);
  const double range = std::pow(2, 8 * part.size);
  const double lowest = part.is_signed ? -range / 2 : 0;
  if (!(raw >= lowest && raw < lowest + range)) return std::nullopt;
  return static_cast<std::int64_t>(raw);
}

}  // namespace

CayenneLpp::CayenneLpp(const Config&, const expression::Paths& paths) : checker_(paths), channels_(std::size(types)) {}

std::optional<Failure> CayenneLpp::decode(Bytes frame, Receiver& out) {
  Trace* const told = std::exchange(trace_, nullptr);  // only of the reading that holds
  std::size_t humidity_bytes = 1;
  auto failure = read(frame, humidity_bytes);
  if (failure && !read(frame, ++humidity_bytes)) failure.reset();
  trace_ = told;
  if (failure) return failure;
  if (trace_ != nullptr) read(frame, humidity_bytes);
  std::size_t begin = 0;
  for (const std::size_t end : ends_) {
    Document document;
    checker_.pick_front(std::string_view(json_).substr(begin, end - begin), document);
    begin = end;
    out.document(document);
  }
  return std::nullopt;
}

std::optional<Failure> CayenneLpp::read(Bytes frame, std::size_t humidity_bytes) {
  json_ = '{';
  ends_.clear();
  for (auto& channels : channels_) channels.reset();
  for (std::size_t at = 0; at < frame.size();) {
    if (frame.size() - at < 2) return Failure{"too_short", "an item without its type", at};
    const auto channel = static_cast<unsigned char>(frame[at]);
    const auto id = static_cast<unsigned char>(frame[at + 1]);
    const auto* const found =
        std::find_if(std::begin(types), std::end(types), [id](const Type& one) { return one.id == id; });
    if (found == std::end(types)) return Failure{"unknown_type", "no such type of Cayenne LPP", at + 1};
    const auto index = static_cast<std::size_t>(found - std::begin(types));
    const std::size_t size = index == humidity ? humidity_bytes : size_of(*found);
    if (frame.size() - at - 2 < size) return Failure{"too_short", "an item is longer than the frame", at + 2};
    if (channels_[index].test(channel)) {
      json_ += '}';
      ends_.push_back(json_.size());
      json_ += '{';
      for (auto& channels : channels_) channels.reset();
    }
    channels_[index].set(channel);
    append_item(index, channel, frame.substr(at + 2, size), at + 2);
    at += 2 + size;
  }
  if (frame.empty()) return Failure{"too_short", "an empty frame"};
  json_ += '}';
  ends_.push_back(json_.size());
  return std::nullopt;
}

void CayenneLpp::append_item(std::size_t index, unsigned channel, Bytes value, std::size_t at) {
  const Type& item = types[index];
  json_ += json_.back() == '{' ? "\"" : ",\"";
  name_.clear();
  append_name(name_, item, channel);
  json_ += name_;
  json_ += "\":";
  const std::size_t begin = json_.size();
  const std::size_t bytes = value.size();
  for (const Part& part : item.parts) {
    if (part.size == 0) break;
    const bool is_tenths = index == humidity && bytes == 2;
    const std::size_t size = index == humidity ? bytes : part.size;
    if (!part.name.empty()) {
      json_ += json_.size() == begin ? "{\"" : ",\"";
      json_ += part.name;
      json_ += "\":";
    }
    append_decimal(json_, integer_of(value.substr(0, size), part.is_signed) * (is_tenths ? 1 : part.factor),
                   part.decimals);
    value.remove_prefix(size);
  }
  if (!item.parts[0].name.empty()) json_ += '}';
  if (trace_ != nullptr)
    trace_->field({name_, at * 8, bytes * 8, {}, std::string_view(json_).substr(begin), item.unit, item.name});
}

Result<void> CayenneLpp::encode(std::string_view json, std::string& out) const {
  const auto document = nlohmann::ordered_json::parse(json, nullptr, false);
  if (!document.is_object()) return Error{"not_an_object", "what is to be encoded is no object"};
  std::string frame;
  for (const auto& item : document.items()) {
    const std::string& name = item.key();
    const auto& value = item.value();
    const std::size_t underscore = name.rfind('_');
    const auto* const found = std::find_if(std::begin(types), std::end(types), [&name, underscore](const Type& one) {
      return one.name == std::string_view(name).substr(0, underscore);
    });
    if (underscore == std::string::npos || found == std::end(types)) return unknown(name);
    unsigned channel = 0;
    const char* const end = name.data() + name.size();
    const auto [stop, error] = std::from_chars(name.data() + underscore + 1, end, channel);
    if (error != std::errc() || stop != end || channel > 255) return unknown(name);
    frame += static_cast<char>(channel);
    frame += static_cast<char>(found->id);
    for (const Part& part : found->parts) {
      if (part.size == 0) break;
      const auto& number = part.name.empty() ? value : value.is_object() ? value.value(part.name, document) : document;
      const auto raw = number.is_number() ? raw_of(part, number.template get<double>()) : std::nullopt;
      if (!raw) return Error{"encode", "'" + name + "' is no number that fits its type"};
      for (unsigned i = part.size; i-- != 0;) frame += static_cast<char>(*raw >> (8 * i));
    }
  }
  out += frame;
  return {};
}

}  // namespace fieldgate::codec
