// Numbers as people write them, exactly: a whole number and where its point stands.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace fieldgate::codec {

__extension__ using Int128 = __int128;

/// digits x 10^-places; places may be negative.
struct Decimal {
  std::int64_t digits = 0;
  int places = 0;
  double real() const;
  bool operator==(const Decimal&) const = default;
};

/// "12", "-0.50", "1e-7", with as few places as it needs. Nothing for what is no number, or has more than 18 digits.
std::optional<Decimal> parse_decimal(std::string_view text);

/// 10^n for n from 0 to 18.
std::int64_t power_of_ten(int n);

/// Writes digits x 10^-places with all its places: 230.0. At most 42 bytes. Returns where it ends.
char* write_decimal(char* to, std::int64_t digits, int places);
char* write_unsigned_decimal(char* to, std::uint64_t digits, int places);

}  // namespace fieldgate::codec
