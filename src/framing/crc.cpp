// Crc: table-driven, slicing by eight; the register lies at the low end where bits come lowest first, else at the high.
#include "framing/crc.hpp"

namespace fieldgate::framing {

namespace {

std::uint64_t reversed(std::uint64_t value, unsigned width) {
  std::uint64_t out = 0;
  for (unsigned i = 0; i < width; ++i) out |= (value >> i & 1U) << (width - 1 - i);
  return out;
}

std::uint64_t byte_at(Bytes bytes, std::size_t at) { return static_cast<unsigned char>(bytes[at]); }

std::uint64_t ones(unsigned width) { return width >= 64 ? ~std::uint64_t{0} : (std::uint64_t{1} << width) - 1; }

/// Little endian.
std::uint64_t eight_bytes(Bytes bytes, std::size_t at) {
  std::uint64_t value = 0;
  for (std::size_t i = 8; i-- > 0;) value = value << 8U | byte_at(bytes, at + i);
  return value;
}

}  // namespace

Crc::Crc(const CrcParameters& parameters) : parameters_(parameters) {
  if (parameters_.width > 64) return;
  auto tables = std::make_shared<Tables>();
  const unsigned width = parameters_.width;
  const std::uint64_t low = reversed(parameters_.poly & ones(width), width);
  const std::uint64_t high = (parameters_.poly & ones(width)) << (64 - width);
  for (std::uint64_t i = 0; i < 256; ++i) {
    std::uint64_t value = parameters_.refin ? i : i << 56U;
    for (int bit = 0; bit < 8; ++bit) {
      value = parameters_.refin ? value >> 1U ^ ((value & 1U) != 0 ? low : 0)
                                : value << 1U ^ (value >> 63U != 0 ? high : 0);
    }
    (*tables)[0][i] = value;
  }
  for (std::size_t k = 1; k < tables->size(); ++k) {
    for (std::size_t i = 0; i < 256; ++i) {
      const std::uint64_t before = (*tables)[k - 1][i];
      (*tables)[k][i] =
          parameters_.refin ? before >> 8U ^ (*tables)[0][before & 0xFFU] : before << 8U ^ (*tables)[0][before >> 56U];
    }
  }
  tables_ = std::move(tables);
}

std::uint64_t Crc::reflected(Bytes bytes) const {
  const Tables& t = *tables_;
  std::uint64_t crc = reversed(parameters_.init, parameters_.width);
  std::size_t at = 0;
  for (; at + 8 <= bytes.size(); at += 8) {
    const std::uint64_t x = crc ^ eight_bytes(bytes, at);
    crc = t[7][x & 0xFFU] ^ t[6][x >> 8U & 0xFFU] ^ t[5][x >> 16U & 0xFFU] ^ t[4][x >> 24U & 0xFFU] ^
          t[3][x >> 32U & 0xFFU] ^ t[2][x >> 40U & 0xFFU] ^ t[1][x >> 48U & 0xFFU] ^ t[0][x >> 56U];
  }
  for (; at < bytes.size(); ++at) crc = t[0][(crc ^ byte_at(bytes, at)) & 0xFFU] ^ crc >> 8U;
  return parameters_.refout ? crc : reversed(crc, parameters_.width);
}

std::uint64_t Crc::straight(Bytes bytes) const {
  const Tables& t = *tables_;
  const unsigned shift = 64 - parameters_.width;
  std::uint64_t crc = parameters_.init << shift;
  std::size_t at = 0;
  for (; at + 8 <= bytes.size(); at += 8) {
    const std::uint64_t x = crc ^ __builtin_bswap64(eight_bytes(bytes, at));
    crc = t[7][x >> 56U] ^ t[6][x >> 48U & 0xFFU] ^ t[5][x >> 40U & 0xFFU] ^ t[4][x >> 32U & 0xFFU] ^
          t[3][x >> 24U & 0xFFU] ^ t[2][x >> 16U & 0xFFU] ^ t[1][x >> 8U & 0xFFU] ^ t[0][x & 0xFFU];
  }
  for (; at < bytes.size(); ++at) crc = t[0][crc >> 56U ^ byte_at(bytes, at)] ^ crc << 8U;
  crc >>= shift;
  return parameters_.refout ? reversed(crc, parameters_.width) : crc;
}

Wide Crc::bit_by_bit(Bytes bytes) const {
  const unsigned width = parameters_.width;
  const Wide poly = Wide{parameters_.poly_high} << 64U | parameters_.poly;
  Wide crc = parameters_.init;
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    for (unsigned bit = 0; bit < 8; ++bit) {
      const bool one = (byte >> (parameters_.refin ? bit : 7 - bit) & 1U) != 0;
      const bool top = (crc >> (width - 1) & 1U) != 0;
      crc = (crc << 1U & ((Wide{1} << (width - 1) << 1U) - 1)) ^ (top != one ? poly : 0);
    }
  }
  if (!parameters_.refout) return crc;
  Wide out = 0;
  for (unsigned i = 0; i < width; ++i) out |= (crc >> i & 1U) << (width - 1 - i);
  return out;
}

Wide Crc::operator()(Bytes bytes) const {
  if (!tables_) return bit_by_bit(bytes) ^ parameters_.xorout;
  return (parameters_.refin ? reflected(bytes) : straight(bytes)) ^ parameters_.xorout;
}

}  // namespace fieldgate::framing
