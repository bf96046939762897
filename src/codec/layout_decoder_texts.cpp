// LayoutDecoder: text, bytes and addresses.
#include <arpa/inet.h>

#include <charconv>

#include "codec/layout_decoder.hpp"
#include "message/json.hpp"

namespace fieldgate::codec {

namespace {

constexpr std::string_view hex_digits = "0123456789abcdef";

char* write_hex(char* to, Bytes bytes) {
  for (const char byte : bytes) {
    *to++ = hex_digits[static_cast<unsigned char>(byte) >> 4];
    *to++ = hex_digits[static_cast<unsigned char>(byte) & 0xF];
  }
  return to;
}

bool is_white(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

Bytes trimmed(Bytes text) {
  while (!text.empty() && is_white(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_white(text.back())) text.remove_suffix(1);
  return text;
}

bool wide(Charset charset) { return charset >= Charset::utf16be; }

std::size_t find_terminator(Bytes bytes, const Detail& detail) {
  const std::size_t step = wide(detail.charset) ? 2 : 1;
  for (std::size_t at = bytes.find(*detail.terminator); at != Bytes::npos; at = bytes.find(*detail.terminator, at + 1))
    if (at % step == 0) return at;
  return Bytes::npos;
}

Bytes without_pad(Bytes bytes, const Detail& detail) {
  const std::size_t unit = wide(detail.charset) && detail.pad[0] == '\0' ? 2 : 1;
  const auto is_pad = [&](Bytes end) { return end.find_first_not_of(detail.pad[0]) == Bytes::npos; };
  while (bytes.size() >= unit && is_pad(bytes.substr(bytes.size() - unit))) bytes.remove_suffix(unit);
  return bytes;
}

}  // namespace

bool LayoutDecoder::take_sized(const Detail& detail, Bytes& bytes) {
  align();
  if (detail.amount.how == Amount::How::none && detail.terminator) {
    const Bytes rest(in_.at, static_cast<std::size_t>(in_.end - in_.at));
    const std::size_t end = find_terminator(rest, detail);
    if (end == Bytes::npos) return fail("unterminated", "the 'terminator' of a text does not come");
    const std::size_t behind = end + detail.terminator->size();
    bytes = rest.substr(0, detail.include ? behind : end);
    in_.at += detail.consume ? behind : end;
    return true;
  }
  std::int64_t size = 0;
  if (!amount(detail.amount, size)) return false;
  if (size < 0) return fail("bad_count", "a size is negative");
  const char* begin = nullptr;
  if (!take(static_cast<std::size_t>(size), begin)) return false;
  bytes = Bytes(begin, static_cast<std::size_t>(size));
  if (!detail.pad.empty()) bytes = without_pad(bytes, detail);
  if (const std::size_t end = detail.terminator ? find_terminator(bytes, detail) : Bytes::npos; end != Bytes::npos)
    bytes = bytes.substr(0, detail.include ? end + detail.terminator->size() : end);
  return true;
}

/// A JSON string; the text is any.
bool LayoutDecoder::write_string(const Operation& operation, std::string_view text) {
  if (!operation.shown) return true;
  if (!open(operation, 6 * text.size() + 2)) return false;
  bool simple = true;
  for (const char c : text)
    simple = simple && c >= ' ' && c != '"' && c != '\\' && static_cast<unsigned char>(c) < 0x7F;
  if (simple) {
    put('"');
    put(text);
    put('"');
  } else {
    scratch_.clear();
    json::append_string(scratch_, text);
    put(scratch_);
  }
  close(operation);
  return true;
}

bool LayoutDecoder::read_text(const Operation& operation, const Detail& detail) {
  Bytes bytes;
  if (!take_sized(detail, bytes)) return false;
  std::string_view text = converter_.to_utf8(bytes, detail.charset);
  if (detail.trim) text = trimmed(text);
  if (!detail.pattern.empty()) return write_time(operation, detail, detail.pattern.read(text, detail.zone));
  if (detail.as_number || detail.degrees) {
    double number = 0;
    const std::string_view digits = trimmed(text);
    const auto [end, bad] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
    if (bad != std::errc() || end != digits.data() + digits.size()) return fail("bad_value", "a text is no number");
    if (trace_ != nullptr) raw_ = digits;
    std::int64_t whole = 0;
    if (!detail.degrees && std::from_chars(digits.data(), digits.data() + digits.size(), whole).ptr == end)
      return write_number(operation, detail, whole, false);
    return write_scaled(operation, detail, number, false);
  }
  if (operation.cell != no_index) {
    const bool converted = text.data() < bytes.data() || text.data() > bytes.data() + bytes.size();
    cells_[operation.cell] = Cell::of(converted ? keep_text(text) : text);
  }
  return write_string(operation, text);
}

bool LayoutDecoder::read_bytes(const Operation& operation, const Detail& detail) {
  Bytes bytes;
  if (!take_sized(detail, bytes)) return false;
  if (detail.optional && bytes.empty()) return true;
  if (operation.cell != no_index) {
    scratch_.resize(2 * bytes.size());
    write_hex(scratch_.data(), bytes);
    cells_[operation.cell] = Cell::of(keep_text(scratch_));
  }
  if (!operation.shown) return true;
  if (!open(operation, 2 * bytes.size() + 8)) return false;
  put('"');
  if (detail.base64) {
    scratch_.clear();
    json::append_base64(scratch_, bytes);
    put(scratch_);
  } else {
    at_ = write_hex(at_, bytes);
  }
  put('"');
  close(operation);
  return true;
}

bool LayoutDecoder::read_mac(const Operation& operation, const Detail& detail) {
  Bytes bytes;
  if (!take_sized(detail, bytes)) return false;
  if (!operation.shown) return true;
  if (!open(operation, 3 * bytes.size() + 4)) return false;
  put('"');
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    if (i > 0) put(':');
    at_ = write_hex(at_, bytes.substr(operation.little ? bytes.size() - 1 - i : i, 1));
  }
  put('"');
  close(operation);
  return true;
}

bool LayoutDecoder::read_ip(const Operation& operation, const Detail& detail) {
  Bytes bytes;
  if (!take_sized(detail, bytes)) return false;
  char address[16] = {};
  for (std::size_t i = 0; i < bytes.size() && i < sizeof address; ++i)
    address[i] = bytes[operation.little ? bytes.size() - 1 - i : i];
  char text[INET6_ADDRSTRLEN] = {};
  if (inet_ntop(bytes.size() == 4 ? AF_INET : AF_INET6, address, text, sizeof text) == nullptr)
    return fail("bad_value", "an address is none");
  return write_string(operation, text);
}

bool LayoutDecoder::read_imei(const Operation& operation, const Detail& detail) {
  Bytes bytes;
  if (!take_sized(detail, bytes)) return false;
  char digits[64];
  std::size_t count = 0;
  for (std::size_t i = 0; i < bytes.size() && count + 2 <= sizeof digits; ++i) {
    const auto byte = static_cast<unsigned char>(operation.little ? bytes[bytes.size() - 1 - i] : bytes[i]);
    const unsigned halves[] = {unsigned{byte} >> 4, byte & 0xFU};
    for (const unsigned half : {0U, 1U})
      digits[count++] = hex_digits[halves[half ^ (detail.low_nibble_first ? 1U : 0U)]];
  }
  std::string_view text(digits, count);
  if (text.size() == 16 && text.ends_with('f')) text.remove_suffix(1);
  if (text.size() == 16) text.remove_prefix(1);
  if (text.find_first_not_of("0123456789") != text.npos) return fail("bad_digit", "a digit of an IMEI is none");
  return write_string(operation, text);
}

}  // namespace fieldgate::codec
