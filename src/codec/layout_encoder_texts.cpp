// LayoutEncoder: text, bytes, addresses and times.
#include <arpa/inet.h>
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <nlohmann/json.hpp>

#include "codec/layout_encoder.hpp"
#include "config/values.hpp"

namespace fieldgate::codec {

namespace {

std::optional<std::string> from_base64(std::string_view text) {
  constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  while (text.ends_with('=')) text.remove_suffix(1);
  std::string bytes;
  std::uint32_t bits = 0;
  unsigned count = 0;
  for (const char c : text) {
    const std::size_t value = alphabet.find(c);
    if (value == alphabet.npos) return std::nullopt;
    bits = bits << 6 | static_cast<std::uint32_t>(value);
    count += 6;
    if (count >= 8) bytes += static_cast<char>(bits >> (count -= 8) & 0xFF);
  }
  return bytes;
}

unsigned to_bcd(unsigned value) { return value / 10 % 10 << 4 | value % 10; }

}  // namespace

bool LayoutEncoder::write_text(const Operation& operation, const Detail& detail, std::string_view value) {
  std::string text(value);
  if (detail.degrees) {
    double number = 0;
    std::from_chars(value.data(), value.data() + value.size(), number);
    text = fmt::format("{:.4f}", from_degrees(std::fabs(number)));
  } else if (!detail.pattern.empty()) {
    const auto time = parse_time(value, TimeFormat::rfc3339);
    if (!time) return fail(detail, "must be a time like 2026-01-31T08:15:30Z");
    text.clear();
    detail.pattern.append(text, *time, detail.zone);
  }
  std::string bytes;
  if (!Converter::from_utf8(text, detail.charset, bytes))
    return fail(detail, "holds a character that its encoding has not");
  if (operation.cell != no_index) {
    texts_.push_back(text);
    cells_[operation.cell] = Cell::of(std::string_view(texts_.back()));
  }
  const bool has_room =
      detail.amount.how != Amount::How::fixed || static_cast<std::int64_t>(bytes.size()) < detail.amount.fixed;
  if (detail.terminator && has_room && !detail.include && detail.consume) bytes += *detail.terminator;
  return put_sized(detail, std::move(bytes));
}

bool LayoutEncoder::write_bytes(const Operation& operation, const Detail& detail, std::string_view value) {
  std::string bytes;
  if (detail.base64) {
    const auto read = from_base64(value);
    if (!read) return fail(detail, "must be base64");
    bytes = *read;
  } else if (!value.empty()) {
    const auto read = config::parse_hex(value);
    if (!read) return fail(detail, "must be hex digits: " + read.error().text);
    bytes = *read;
  }
  if (operation.cell != no_index) {
    texts_.emplace_back(value);
    cells_[operation.cell] = Cell::of(std::string_view(texts_.back()));
  }
  if (detail.terminator && !detail.include && detail.consume && detail.amount.how == Amount::How::none)
    bytes += *detail.terminator;
  return put_sized(detail, std::move(bytes));
}

bool LayoutEncoder::write_address(const Operation& operation, const Detail& detail, std::string_view value) {
  if (operation.kind == Kind::imei) {
    const auto count = static_cast<std::size_t>(std::max<std::int64_t>(detail.amount.fixed, 1));
    return write_digits(operation, detail, std::string(value), count);
  }
  std::string bytes;
  if (operation.kind == Kind::ip) {
    char address[16] = {};
    const int family = detail.amount.fixed == 4 ? AF_INET : AF_INET6;
    if (inet_pton(family, std::string(value).c_str(), address) != 1) return fail(detail, "must be an address");
    bytes.assign(address, static_cast<std::size_t>(detail.amount.fixed));
  } else {
    std::string digits(value);
    std::erase(digits, ':');
    const auto read = config::parse_hex(digits);
    if (!read) return fail(detail, "must be an address like 01:23:45:67:89:ab");
    bytes = *read;
  }
  if (operation.little) bytes.assign(bytes.rbegin(), bytes.rend());
  return put_sized(detail, std::move(bytes));
}

bool LayoutEncoder::write_time(const Operation& operation, const Detail& detail, std::string_view value,
                               bool is_string) {
  if (operation.kind == Kind::unix_time && !(is_string && detail.as_rfc3339)) {
    const auto raw = detail.quantity.raw(value, is_string);
    if (!raw) return fail(detail, raw.error().text);
    std::string bytes;
    store(static_cast<std::uint64_t>(*raw - detail.epoch), operation, detail, bytes);
    put(bytes);
    return true;
  }
  if (value == "null" || value.empty()) return write_nothing(operation, detail);
  const auto time = parse_time(value, TimeFormat::rfc3339);
  if (!time) return fail(detail, "must be a time like 2026-01-31T08:15:30Z");
  if (operation.kind != Kind::unix_time) return write_civil(operation, detail, *time);
  std::string bytes;
  store(static_cast<std::uint64_t>(time->time_since_epoch().count() / detail.unit - detail.epoch), operation, detail,
        bytes);
  put(bytes);
  return true;
}

bool LayoutEncoder::write_civil(const Operation& operation, const Detail& detail, TimePoint time) {
  if (operation.kind == Kind::gps_time) {
    const auto since =
        time - TimePoint(std::chrono::sys_days(std::chrono::year(1980) / 1 / 6)) + std::chrono::seconds(18);
    const auto milliseconds = std::chrono::duration_cast<std::chrono::milliseconds>(since).count();
    constexpr std::int64_t week = 7LL * 86'400'000;
    put_number(static_cast<std::uint64_t>(milliseconds / week), 2, operation.little);
    put_number(static_cast<std::uint64_t>(milliseconds % week), 4, operation.little);
    return true;
  }
  const Civil civil = to_civil(time, detail.zone);
  const auto year = static_cast<unsigned>(civil.year);
  if (operation.kind == Kind::cp56time) {
    put_number(civil.second * 1000 + civil.microsecond / 1000, 2, true);
    const std::chrono::weekday day{std::chrono::floor<std::chrono::days>(time + detail.zone)};
    for (const unsigned byte : {civil.minute, civil.hour, civil.day | day.iso_encoding() << 5, civil.month, year % 100})
      put_number(byte, 1, true);
    return true;
  }
  for (const TimePart part : detail.parts) {
    const unsigned values[] = {
        year % 100, year, civil.month, civil.day, civil.hour, civil.minute, civil.second, civil.microsecond / 1000, 0};
    const unsigned value = values[static_cast<int>(part)];
    const bool two = part == TimePart::year4 || part == TimePart::millisecond;
    if (detail.parts_are_bytes) {
      put_number(value, two ? 2 : 1, operation.little);
    } else {
      if (two) put_number(to_bcd(value / 100), 1, false);
      put_number(to_bcd(value % 100), 1, false);
    }
  }
  return true;
}

}  // namespace fieldgate::codec
