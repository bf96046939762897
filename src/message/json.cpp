// Writing JSON text by hand, and undoing its escapes.
#include "message/json.hpp"

#include <charconv>
#include <cmath>
#include <cstdint>

#include "message/scan.hpp"
#include "message/utf8.hpp"

namespace fieldgate::json {

namespace {

constexpr std::string_view hex_digits = "0123456789abcdef";

/// The first byte from `at` on that cannot go into a JSON string as it is.
const char* find_stop(const char* at, const char* end) {
  for (; static_cast<std::size_t>(end - at) >= scan::block; at += scan::block) {
    if (const std::uint32_t stops = scan::string_stops(at)) return at + scan::lowest(stops);
  }
  for (; at != end; ++at) {
    const auto byte = static_cast<unsigned char>(*at);
    if (byte == '"' || byte == '\\' || byte < 0x20 || byte >= 0x80) break;
  }
  return at;
}

void append_escape(std::string& out, char byte) {
  switch (byte) {
    case '"':
      out += "\\\"";
      return;
    case '\\':
      out += "\\\\";
      return;
    case '\b':
      out += "\\b";
      return;
    case '\f':
      out += "\\f";
      return;
    case '\n':
      out += "\\n";
      return;
    case '\r':
      out += "\\r";
      return;
    case '\t':
      out += "\\t";
      return;
    default:
      break;
  }
  const auto value = static_cast<unsigned char>(byte);
  out += "\\u00";
  out += hex_digits[value >> 4];
  out += hex_digits[value & 0xF];
}

std::uint32_t hex_value(std::string_view four) {
  std::uint32_t value = 0;
  std::from_chars(four.data(), four.data() + four.size(), value, 16);
  return value;
}

void append_utf8(std::string& out, std::uint32_t code) {
  const auto put = [&out](std::uint32_t byte) { out += static_cast<char>(byte); };
  if (code < 0x80) {
    put(code);
  } else if (code < 0x800) {
    put(0xC0 | code >> 6);
    put(0x80 | (code & 0x3F));
  } else if (code < 0x10000) {
    put(0xE0 | code >> 12);
    put(0x80 | (code >> 6 & 0x3F));
    put(0x80 | (code & 0x3F));
  } else {
    put(0xF0 | code >> 18);
    put(0x80 | (code >> 12 & 0x3F));
    put(0x80 | (code >> 6 & 0x3F));
    put(0x80 | (code & 0x3F));
  }
}

/// Appends what the escape at the front of `text`, behind its backslash, means; returns its length.
std::size_t append_meant(std::string& out, std::string_view text) {
  switch (text[0]) {
    case 'b':
      out += '\b';
      return 1;
    case 'f':
      out += '\f';
      return 1;
    case 'n':
      out += '\n';
      return 1;
    case 'r':
      out += '\r';
      return 1;
    case 't':
      out += '\t';
      return 1;
    case 'u':
      break;
    default:
      out += text[0];
      return 1;
  }
  const std::uint32_t first = hex_value(text.substr(1, 4));
  if (first < 0xD800 || first > 0xDBFF) {
    append_utf8(out, first);
    return 5;
  }
  const std::uint32_t second = hex_value(text.substr(7, 4));
  append_utf8(out, 0x10000 + ((first - 0xD800) << 10) + (second - 0xDC00));
  return 11;
}

/// Where the string ends that begins at `at` with its quote: behind the closing one.
std::size_t string_end(std::string_view json, std::size_t at) {
  for (++at; json[at] != '"'; ++at) {
    if (json[at] == '\\') ++at;
  }
  return at + 1;
}

/// Where the value at the front of an object's or array's rest ends.
std::size_t value_end(std::string_view json) {
  std::size_t depth = 0;
  for (std::size_t at = 0; at < json.size();) {
    const char c = json[at];
    if (c == '"') {
      at = string_end(json, at);
      continue;
    }
    if (depth == 0 && (c == ',' || c == '}' || c == ']' || c == ' ' || c == '\t' || c == '\n' || c == '\r')) return at;
    if (c == '{' || c == '[') ++depth;
    if (c == '}' || c == ']') --depth;
    ++at;
  }
  return json.size();
}

}  // namespace

void append_string(std::string& out, std::string_view text) {
  out += '"';
  const char* at = text.data();
  const char* const end = at + text.size();
  while (at != end) {
    const char* const stop = find_stop(at, end);
    out.append(at, stop);
    at = stop;
    if (at == end) break;
    if (static_cast<unsigned char>(*at) < 0x80) {
      append_escape(out, *at++);
    } else if (const std::size_t length = utf8::sequence(at, end)) {
      out.append(at, length);
      at += length;
    } else {
      out += "\xEF\xBF\xBD";
      ++at;
    }
  }
  out += '"';
}

void append_number(std::string& out, double number) {
  if (!std::isfinite(number)) {
    out += "null";
    return;
  }
  char text[32];
  const auto [end, error] = std::to_chars(text, text + sizeof text, number);
  out.append(text, end);
}

void append_base64(std::string& out, Bytes bytes) {
  constexpr std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  const auto byte = [bytes](std::size_t index) -> std::uint32_t {
    return index < bytes.size() ? static_cast<unsigned char>(bytes[index]) : 0U;
  };
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    const std::uint32_t group = byte(i) << 16 | byte(i + 1) << 8 | byte(i + 2);
    out += alphabet[group >> 18];
    out += alphabet[group >> 12 & 63];
    out += i + 1 < bytes.size() ? alphabet[group >> 6 & 63] : '=';
    out += i + 2 < bytes.size() ? alphabet[group & 63] : '=';
  }
}

void append_unescaped(std::string& out, std::string_view text) {
  while (!text.empty()) {
    const std::size_t backslash = text.find('\\');
    out.append(text.substr(0, backslash));
    if (backslash == std::string_view::npos) return;
    text.remove_prefix(backslash + 1);
    text.remove_prefix(append_meant(out, text));
  }
}

void append_compact(std::string& out, std::string_view json) {
  bool in_string = false;
  for (std::size_t i = 0; i < json.size(); ++i) {
    const char c = json[i];
    if (!in_string && (c == ' ' || c == '\t' || c == '\n' || c == '\r')) continue;
    out += c;
    if (c == '"') {
      in_string = !in_string;
    } else if (in_string && c == '\\') {
      out += json[++i];
    }
  }
}

bool next_member(std::string_view& rest, Member& member) {
  const std::size_t quote = rest.find('"');  // only a brace, a comma and white space stand before a name
  if (quote == std::string_view::npos) return false;
  const std::size_t behind = string_end(rest, quote);
  member.name = rest.substr(quote + 1, behind - quote - 2);
  member.escaped = member.name.find('\\') != std::string_view::npos;
  rest.remove_prefix(rest.find(':', behind) + 1);
  rest.remove_prefix(rest.find_first_not_of(" \t\r\n"));
  const std::size_t end = value_end(rest);
  member.value = rest.substr(0, end);
  rest.remove_prefix(end);
  return true;
}

std::size_t find_invalid_utf8(std::string_view text) {
  const char* at = text.data();
  const char* const end = at + text.size();
  while (at != end) {
    if (static_cast<std::size_t>(end - at) >= scan::block && scan::all_ascii(at)) {
      at += scan::block;
      continue;
    }
    const std::size_t length = utf8::sequence(at, end);
    if (length == 0) return static_cast<std::size_t>(at - text.data());
    at += length;
  }
  return std::string_view::npos;
}

}  // namespace fieldgate::json
