// LayoutDecoder: times.
#include <algorithm>

#include "codec/layout_decoder.hpp"

namespace fieldgate::codec {

namespace {

unsigned bcd_byte(unsigned byte) {
  return (byte >> 4 & 0xF) > 9 || (byte & 0xF) > 9 ? 255 : (byte >> 4) * 10 + (byte & 0xF);
}

/// False where it can be no such part.
bool set_part(Civil& civil, TimePart part, unsigned value) {
  switch (part) {
    case TimePart::year2:
      civil.year = full_year(static_cast<int>(value));
      return value < 100;
    case TimePart::year4:
      civil.year = static_cast<int>(value);
      return true;
    case TimePart::month:
      civil.month = value;
      return true;
    case TimePart::day:
      civil.day = value;
      return true;
    case TimePart::hour:
      civil.hour = value;
      return true;
    case TimePart::minute:
      civil.minute = value;
      return true;
    case TimePart::second:
      civil.second = value;
      return true;
    case TimePart::millisecond:
      civil.microsecond = value * 1000;
      return value < 1000;
    case TimePart::ignored:
      break;
  }
  return true;
}

}  // namespace

/// As RFC 3339.
bool LayoutDecoder::write_time(const Operation& operation, const Detail& detail, std::optional<TimePoint> time) {
  static_cast<void>(detail);
  if (!time) return fail("bad_time", "a time is none: there is no such day or hour");
  if (operation.is_time) time_ = *time;
  if (operation.cell != no_index)
    cells_[operation.cell] =
        Cell::of(std::int64_t{std::chrono::floor<std::chrono::seconds>(*time).time_since_epoch().count()});
  if (!operation.shown) return true;
  if (!open(operation, 40)) return false;
  scratch_.clear();
  append_rfc3339(scratch_, *time);
  put('"');
  put(scratch_);
  put('"');
  close(operation);
  return true;
}

bool LayoutDecoder::read_unix_time(const Operation& operation, const Detail& detail) {
  align();
  const char* bytes = nullptr;
  if (!take(operation.width, bytes)) return false;
  const std::uint64_t value = load(bytes, operation, detail);
  constexpr std::int64_t latest = 253'402'300'800'000'000;  // the year 10000, in microseconds
  const bool known = value < static_cast<std::uint64_t>(latest / detail.unit - std::max<std::int64_t>(detail.epoch, 0));
  const std::int64_t since = static_cast<std::int64_t>(value) + detail.epoch;
  if (known && operation.is_time) time_ = TimePoint(Duration(since * detail.unit));
  if (!known && (operation.is_time || detail.as_rfc3339)) return fail("bad_time", "a time is beyond the year 9999");
  if (detail.as_rfc3339) return write_time(operation, detail, TimePoint(Duration(since * detail.unit)));
  return write_number(operation, detail, since, detail.epoch == 0);
}

bool LayoutDecoder::read_civil_time(const Operation& operation, const Detail& detail) {
  Bytes bytes;
  if (!take_sized(detail, bytes)) return false;
  Civil civil;
  std::size_t at = 0;
  bool any = false;
  const auto next = [&] {
    const auto byte = static_cast<unsigned char>(bytes[at++]);
    any = any || byte != 0;
    return detail.parts_are_bytes ? unsigned{byte} : bcd_byte(byte);
  };
  const auto next_two = [&] {
    const unsigned first = next();
    const unsigned second = next();
    if (!detail.parts_are_bytes) return first * 100 + second;
    return operation.little ? second << 8 | first : first << 8 | second;
  };
  bool good = true;
  for (const TimePart part : detail.parts) {
    const unsigned value = part == TimePart::year4 || part == TimePart::millisecond ? next_two() : next();
    good =
        good && (detail.parts_are_bytes || value != 255 || part == TimePart::ignored) && set_part(civil, part, value);
  }
  if (!any && !operation.is_time) {  // a clock that was never set
    if (!operation.shown) return true;
    if (!open(operation, 8)) return false;
    put("null");
    close(operation);
    return true;
  }
  return write_time(operation, detail, good ? to_time(civil, detail.zone) : std::nullopt);
}

/// Weeks since 6 January 1980 (16 bits) and milliseconds of the week (32 bits); GPS is 18 s ahead of UTC since 2017.
bool LayoutDecoder::read_gps_time(const Operation& operation, const Detail& detail) {
  align();
  const char* bytes = nullptr;
  if (!take(6, bytes)) return false;
  const auto weeks = static_cast<std::int64_t>(load_bytes(bytes, 2, operation.little));
  const auto milliseconds = static_cast<std::int64_t>(load_bytes(bytes + 2, 4, operation.little));
  constexpr TimePoint epoch = std::chrono::sys_days(std::chrono::year(1980) / 1 / 6);
  return write_time(
      operation, detail,
      epoch + std::chrono::days(7 * weeks) + std::chrono::milliseconds(milliseconds) - std::chrono::seconds(18));
}

/// IEC 60870-5-4, 6.8: milliseconds of the minute, minute, hour, day, month, year; the least first.
bool LayoutDecoder::read_cp56time(const Operation& operation, const Detail& detail) {
  align();
  const char* bytes = nullptr;
  if (!take(7, bytes)) return false;
  const auto byte = [bytes](int at) { return static_cast<unsigned>(static_cast<unsigned char>(bytes[at])); };
  const unsigned milliseconds = byte(0) | byte(1) << 8;
  const Civil civil{full_year(static_cast<int>(byte(6) & 0x7F)),
                    byte(5) & 0xF,
                    byte(4) & 0x1F,
                    byte(3) & 0x1F,
                    byte(2) & 0x3F,
                    milliseconds / 1000,
                    milliseconds % 1000 * 1000};
  return write_time(operation, detail, (byte(6) & 0x7F) < 100 ? to_time(civil, detail.zone) : std::nullopt);
}

}  // namespace fieldgate::codec
