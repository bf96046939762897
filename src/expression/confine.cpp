// Confinement: which bytes of a device's text pass where, and percent-encoding for the others.
#include "expression/confine.hpp"

#include <array>
#include <cstring>

#include "message/utf8.hpp"

namespace fieldgate::expression {

namespace {

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

bool is_encoded(std::string_view text) {
  return text.size() >= 3 && text[0] == '%' && hex_digit(text[1]) >= 0 && hex_digit(text[2]) >= 0;
}

bool is_control(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; }

/// RFC 3986, section 2.3.
bool is_unreserved(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.' ||
         c == '_' || c == '~';
}

/// How many bytes of `text`, from its front, are one character that brokers take: UTF-8, no C1 control and no
/// noncharacter (MQTT 5.0, 1.5.4: a server may close the connection for them). 0 if there is none.
std::size_t topic_character(std::string_view text) {
  const std::size_t length = utf8::sequence(text.data(), text.data() + text.size());
  if (length < 2) return length;
  const auto byte = [text](std::size_t index) { return static_cast<unsigned char>(text[index]); };
  if (length == 2 && byte(0) == 0xC2 && byte(1) < 0xA0) return 0;
  if (length == 3 && byte(0) == 0xEF && byte(1) == 0xB7 && byte(2) >= 0x90 && byte(2) <= 0xAF)
    return 0;                                                         // U+FDD0..U+FDEF
  if ((byte(length - 1) | 1U) == 0xBF && byte(length - 2) == 0xBF) {  // U+xxFFFE and U+xxFFFF
    if ((length == 3 && byte(0) == 0xEF) || (length == 4 && (byte(1) & 0x0FU) == 0x0F)) return 0;
  }
  return length;
}

std::size_t topic_passes(std::string_view text, bool first, Name name) {
  const bool from_topic = name == Name::topic || name == Name::topic_level;
  switch (text.front()) {
    case '/':
      return name == Name::topic ? 1 : 0;
    case '+':
    case '#':
      return 0;
    case '%':
      return from_topic && is_encoded(text) ? 1 : 0;  // it is encoded already
    case '$':
      return first ? 0 : 1;
    default:
      return is_control(text.front()) ? 0 : topic_character(text);
  }
}

/// How many bytes from the front of `text` pass as they are; 0: the first one is to be encoded.
std::size_t passes(std::string_view text, bool first, Place place, Name name) {
  const char c = text.front();
  switch (place) {
    case Place::topic:
      return topic_passes(text, first, name);
    case Place::url:
      return is_unreserved(c) ? 1 : 0;
    case Place::header:
      return is_control(c) ? 0 : 1;
    case Place::path:
      return is_control(c) || c == '/' || c == '%' || (c == '.' && first) ? 0 : 1;
    case Place::plain:
      break;
  }
  return 1;
}

}  // namespace

void confine(std::string& out, std::size_t begin, Place place, Name name) {
  std::size_t clean = begin;
  while (clean < out.size()) {
    const std::size_t length = passes(std::string_view(out).substr(clean), clean == begin, place, name);
    if (length == 0) break;
    clean += length;
  }
  if (clean == out.size()) return;

  std::array<char, max_device_text> copy;
  const std::string_view text(copy.data(), out.size() - clean);
  std::memcpy(copy.data(), out.data() + clean, text.size());
  out.resize(clean);
  for (std::size_t i = 0; i < text.size();) {
    const std::size_t length = passes(text.substr(i), clean + i == begin, place, name);
    if (length > 0) {
      out.append(text.substr(i, length));
      i += length;
      continue;
    }
    constexpr std::string_view digits = "0123456789ABCDEF";
    const auto byte = static_cast<unsigned char>(text[i++]);
    out += '%';
    out += digits[byte >> 4];
    out += digits[byte & 0xF];
  }
}

void percent_decode(std::string& out, std::size_t begin) {
  std::size_t to = begin;
  for (std::size_t from = begin; from < out.size(); ++to) {
    if (is_encoded(std::string_view(out).substr(from))) {
      out[to] = static_cast<char>(hex_digit(out[from + 1]) << 4 | hex_digit(out[from + 2]));
      from += 3;
    } else {
      out[to] = out[from++];
    }
  }
  out.resize(to);
}

bool has_dot_segment(std::string_view url) {
  url = url.substr(0, url.find('?'));
  for (;;) {
    const std::size_t slash = url.find('/');
    const std::string_view segment = url.substr(0, slash);
    if (segment == "." || segment == "..") return true;
    if (slash == std::string_view::npos) return false;
    url.remove_prefix(slash + 1);
  }
}

}  // namespace fieldgate::expression
