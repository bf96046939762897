// Converter: small tables by hand, GBK by the C library's iconv.
#include "codec/charset.hpp"

#include <iconv.h>

#include "message/utf8.hpp"

namespace fieldgate::codec {

namespace {

constexpr std::string_view replacement = "\xEF\xBF\xBD";

bool is_ascii(Bytes bytes) {
  unsigned all = 0;
  for (const char c : bytes) all |= static_cast<unsigned char>(c);
  return all < 0x80;
}

void append_code(std::string& out, std::uint32_t code) {
  const auto put = [&out](std::uint32_t byte) { out += static_cast<char>(byte); };
  if (code < 0x80) return put(code);
  if (code < 0x800) {
    put(0xC0 | code >> 6);
  } else {
    if (code < 0x10000) {
      put(0xE0 | code >> 12);
    } else {
      put(0xF0 | code >> 18);
      put(0x80 | (code >> 12 & 0x3F));
    }
    put(0x80 | (code >> 6 & 0x3F));
  }
  put(0x80 | (code & 0x3F));
}

std::uint32_t unit(Bytes bytes, std::size_t at, bool little) {
  const auto low = static_cast<unsigned char>(bytes[at + (little ? 0 : 1)]);
  const auto high = static_cast<unsigned char>(bytes[at + (little ? 1 : 0)]);
  return static_cast<std::uint32_t>(high << 8 | low);
}

void append_utf16(std::string& out, Bytes bytes, bool little) {
  for (std::size_t at = 0; at + 1 < bytes.size(); at += 2) {
    const std::uint32_t first = unit(bytes, at, little);
    if (first < 0xD800 || first > 0xDFFF) {
      append_code(out, first);
      continue;
    }
    const std::uint32_t second = first < 0xDC00 && at + 3 < bytes.size() ? unit(bytes, at + 2, little) : 0;
    if (second < 0xDC00 || second > 0xDFFF) {
      out += replacement;
      continue;
    }
    append_code(out, 0x10000 + ((first - 0xD800) << 10) + (second - 0xDC00));
    at += 2;
  }
  if (bytes.size() % 2 != 0) out += replacement;
}

/// The character at the front of `text`, taken off; U+FFFD where it is none.
std::uint32_t take_code(std::string_view& text) {
  const std::size_t length = utf8::sequence(text.data(), text.data() + text.size());
  std::uint32_t code = 0xFFFD;
  if (length == 1) code = static_cast<unsigned char>(text[0]);
  if (length > 1) {
    code = static_cast<unsigned char>(text[0]) & (0x7FU >> length);
    for (std::size_t i = 1; i < length; ++i) code = code << 6 | (static_cast<unsigned char>(text[i]) & 0x3FU);
  }
  text.remove_prefix(length == 0 ? 1 : length);
  return code;
}

void append_unit(std::string& out, std::uint32_t value, bool little) {
  const auto high = static_cast<char>(value >> 8 & 0xFF);
  const auto low = static_cast<char>(value & 0xFF);
  out += little ? low : high;
  out += little ? high : low;
}

bool gbk_from_utf8(std::string_view text, std::string& out) {
  const iconv_t table = iconv_open("GBK", "UTF-8");
  if (table == iconv_t(-1)) return false;
  std::string in(text);
  char* from = in.data();
  std::size_t left = in.size();
  std::string converted(text.size() * 2 + 4, '\0');
  char* to = converted.data();
  std::size_t room = converted.size();
  const bool done = iconv(table, &from, &left, &to, &room) != static_cast<std::size_t>(-1);
  iconv_close(table);
  if (done) out.append(converted, 0, converted.size() - room);
  return done;
}

}  // namespace

struct Converter::Gbk {
  iconv_t table = iconv_open("UTF-8", "GBK");
};

void Converter::Close::operator()(Gbk* gbk) const {
  if (gbk->table != iconv_t(-1)) iconv_close(gbk->table);
  delete gbk;
}

void Converter::append_gbk(Bytes bytes) {
  if (!gbk_) gbk_.reset(new Gbk);
  text_.resize(bytes.size() * 3 + 8);
  char* from = const_cast<char*>(bytes.data());  // iconv's signature; it only reads
  std::size_t left = bytes.size();
  char* to = text_.data();
  std::size_t room = text_.size();
  while (left > 0 && gbk_->table != iconv_t(-1)) {
    if (iconv(gbk_->table, &from, &left, &to, &room) != static_cast<std::size_t>(-1) || room < replacement.size())
      break;
    to += replacement.copy(to, replacement.size());
    room -= replacement.size();
    ++from;
    --left;
  }
  text_.resize(text_.size() - room);
}

std::string_view Converter::to_utf8(Bytes bytes, Charset charset) {
  if (charset == Charset::utf8) return bytes;
  if (charset <= Charset::gbk && is_ascii(bytes)) return bytes;
  text_.clear();
  switch (charset) {
    case Charset::gbk:
      append_gbk(bytes);
      break;
    case Charset::utf16be:
    case Charset::utf16le:
      append_utf16(text_, bytes, charset == Charset::utf16le);
      break;
    default:
      for (const char c : bytes) {
        const auto code = static_cast<unsigned char>(c);
        if (charset == Charset::ascii && code >= 0x80) {
          text_ += replacement;
        } else {
          append_code(text_, code);
        }
      }
  }
  return text_;
}

bool Converter::from_utf8(std::string_view text, Charset charset, std::string& out) {
  if (charset == Charset::gbk) return gbk_from_utf8(text, out);
  const std::size_t before = out.size();
  const bool wide = charset >= Charset::utf16be;
  const bool little = charset == Charset::utf16le;
  while (!text.empty()) {
    const std::string_view rest = text;
    const std::uint32_t code = take_code(text);
    if (charset == Charset::utf8) {
      out += rest.substr(0, rest.size() - text.size());
    } else if (wide && code >= 0x10000) {
      append_unit(out, 0xD800 + ((code - 0x10000) >> 10), little);
      append_unit(out, 0xDC00 + ((code - 0x10000) & 0x3FF), little);
    } else if (wide) {
      append_unit(out, code, little);
    } else if (code < (charset == Charset::ascii ? 0x80U : 0x100U)) {
      out += static_cast<char>(code);
    } else {
      out.resize(before);
      return false;
    }
  }
  return true;
}

}  // namespace fieldgate::codec
