// LayoutEncoder: bytes and bits at the place where it stands.
#include "codec/layout_encoder.hpp"

namespace fieldgate::codec {

void LayoutEncoder::put(std::string_view bytes) {
  if (out_.bit != 0) out_.bit = 0, ++out_.at;
  if (out_.bytes.size() < out_.at + bytes.size()) out_.bytes.resize(out_.at + bytes.size(), '\0');
  out_.bytes.replace(out_.at, bytes.size(), bytes);
  out_.at += bytes.size();
}

void LayoutEncoder::put_number(std::uint64_t value, unsigned bytes, bool little) {
  std::string text(bytes, '\0');
  for (unsigned i = 0; i < bytes; ++i) text[little ? i : bytes - 1 - i] = static_cast<char>(value >> (8 * i) & 0xFF);
  put(text);
}

void LayoutEncoder::put_bits(std::uint64_t value, unsigned count, bool least_first) {
  for (unsigned i = 0; i < count; ++i) {
    if (out_.bytes.size() <= out_.at) out_.bytes.push_back('\0');
    const std::uint64_t bit = value >> (least_first ? i : count - 1 - i) & 1;
    const unsigned mask = least_first ? 1U << out_.bit : 0x80U >> out_.bit;
    const auto byte = static_cast<unsigned char>(out_.bytes[out_.at]);
    out_.bytes[out_.at] = static_cast<char>(bit != 0 ? byte | mask : byte & ~mask);
    if (++out_.bit == 8) out_.bit = 0, ++out_.at;
  }
}

/// Goes on without a change of what may stand there.
void LayoutEncoder::skip_bits(std::size_t count) {
  const std::size_t bits = out_.at * 8 + out_.bit + count;
  out_.at = bits / 8;
  out_.bit = static_cast<unsigned>(bits % 8);
  if (out_.bytes.size() * 8 < bits) out_.bytes.resize((bits + 7) / 8, '\0');
}

}  // namespace fieldgate::codec
