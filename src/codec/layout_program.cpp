// The small parts of reading and writing numbers that decoding and encoding share.
#include "codec/layout_program.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>

namespace fieldgate::codec {

namespace {

double half_to_real(std::uint64_t bits) {
  const auto exponent = static_cast<int>(bits >> 10 & 0x1F);
  const auto fraction = static_cast<double>(bits & 0x3FF);
  double value = 0;
  if (exponent == 31) {
    value = fraction == 0 ? HUGE_VAL : std::nan("");
  } else {
    value = exponent == 0 ? std::ldexp(fraction, -24) : std::ldexp(fraction + 1024, exponent - 25);
  }
  return (bits >> 15 & 1) != 0 ? -value : value;
}

std::uint64_t half_from_real(double value) {
  const std::uint64_t sign = std::signbit(value) ? 0x8000 : 0;
  if (std::isnan(value)) return sign | 0x7E00;
  const double magnitude = std::fabs(value);
  if (magnitude >= 65520) return sign | 0x7C00;
  if (magnitude < std::ldexp(1, -14)) return sign | static_cast<std::uint64_t>(std::nearbyint(magnitude * 0x1p24));
  int exponent = 0;
  const double fraction = std::frexp(magnitude, &exponent);  // 0.5 to 1
  const auto bits = static_cast<std::uint64_t>(std::nearbyint(fraction * 2048)) - 1024;
  return sign | ((static_cast<std::uint64_t>(exponent + 14) << 10) + bits);
}

}  // namespace

std::optional<std::pair<std::uint32_t, std::uint32_t>> Program::choose(const Detail& detail, const Cell& value) const {
  for (const Case& one : detail.cases) {
    const bool fits =
        one.word ? value.text.data() != nullptr && value.text == *one.word
                 : (value.kind == Cell::Kind::integer && value.integer >= one.number && value.integer <= one.last) ||
                       (value.kind == Cell::Kind::real && one.number == one.last &&
                        value.real == static_cast<double>(one.number));
    if (fits) return std::pair(one.begin, one.end);
  }
  if (detail.otherwise == no_index) return std::nullopt;
  return std::pair(detail.otherwise, detail.otherwise_end);
}

std::uint64_t load(const char* at, const Operation& operation, const Detail& detail) {
  if (!operation.permuted) return load_bytes(at, operation.width, operation.little);
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < operation.width; ++i) {
    const unsigned shift = 8U * (operation.width - 1U - detail.order[i]);
    value |= std::uint64_t{static_cast<unsigned char>(at[i])} << shift;
  }
  return value;
}

void store(std::uint64_t value, const Operation& operation, const Detail& detail, std::string& out) {
  for (std::size_t i = 0; i < operation.width; ++i) {
    std::size_t place = operation.width - 1U - i;  // the byte's significance
    if (operation.permuted) {
      place = operation.width - 1U - detail.order[i];
    } else if (operation.little) {
      place = i;
    }
    out += static_cast<char>(value >> (8 * place) & 0xFF);
  }
}

double to_real(std::uint64_t bits, unsigned bytes) {
  if (bytes == 8) return std::bit_cast<double>(bits);
  if (bytes == 4) return static_cast<double>(std::bit_cast<float>(static_cast<std::uint32_t>(bits)));
  return half_to_real(bits);
}

std::uint64_t from_real(double value, unsigned bytes) {
  if (bytes == 8) return std::bit_cast<std::uint64_t>(value);
  if (bytes == 4) return std::bit_cast<std::uint32_t>(static_cast<float>(value));
  return half_from_real(value);
}

double to_degrees(double ddmm) {
  const double degrees = std::trunc(ddmm / 100);
  return degrees + (ddmm - degrees * 100) / 60;
}

double from_degrees(double degrees) {
  const double whole = std::trunc(degrees);
  return whole * 100 + (degrees - whole) * 60;
}

void Transform::apply(char* bytes, std::size_t size, bool outwards) const {
  if (how == How::reverse) return std::reverse(bytes, bytes + size);
  if (how == How::swap) {
    for (std::size_t i = 0; i + 1 < size; i += 2) std::swap(bytes[i], bytes[i + 1]);
    return;
  }
  for (std::size_t i = 0; i < size; ++i) {
    const auto with = static_cast<unsigned char>(key[i % key.size()]);
    const auto byte = static_cast<unsigned char>(bytes[i]);
    const unsigned result = how == How::exclusive_or ? byte ^ with : outwards ? byte - with : byte + with;
    bytes[i] = static_cast<char>(result & 0xFF);
  }
}

}  // namespace fieldgate::codec
