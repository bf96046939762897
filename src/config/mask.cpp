// A line of a configuration as it may be shown: without its secrets, and not endless.
#include "config/mask.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace fieldgate::config {
namespace {

/// A part of the line in characters, from and behind its end.
using Span = std::pair<std::size_t, std::size_t>;

constexpr std::u32string_view stars = U"***";

std::u32string decoded(std::string_view text) {
  std::u32string out;
  for (char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if ((byte & 0xc0U) == 0x80 && !out.empty()) {
      out.back() = (out.back() << 6U) | (byte & 0x3fU);
    } else {
      out += byte < 0x80 ? byte : byte < 0xe0 ? (byte & 0x1fU) : byte < 0xf0 ? (byte & 0x0fU) : (byte & 0x07U);
    }
  }
  return out;
}

/// A character as UTF-8; control characters as '?', which no terminal obeys.
void append_character(std::string& out, char32_t c) {
  const auto put = [&](char32_t value) { out += static_cast<char>(static_cast<unsigned char>(value)); };
  if ((c < 0x20 && c != '\t') || (c >= 0x7f && c < 0xa0)) {
    out += '?';
  } else if (c < 0x80) {
    put(c);
  } else if (c < 0x800) {
    put(0xc0U | (c >> 6U)), put(0x80U | (c & 0x3fU));
  } else if (c < 0x10000) {
    put(0xe0U | (c >> 12U)), put(0x80U | ((c >> 6U) & 0x3fU)), put(0x80U | (c & 0x3fU));
  } else {
    put(0xf0U | (c >> 18U)), put(0x80U | ((c >> 12U) & 0x3fU)), put(0x80U | ((c >> 6U) & 0x3fU)),
        put(0x80U | (c & 0x3fU));
  }
}

/// A reference to a secret is none, unless it brings a default along.
bool is_reference(std::u32string_view value) {
  return value.find(U"${") != std::u32string_view::npos && value.find(U":-") == std::u32string_view::npos;
}

/// Where the value that starts at `at` ends, as far as a line tells.
std::size_t value_end(std::u32string_view line, std::size_t at) {
  if (at < line.size() && (line[at] == U'"' || line[at] == U'\'')) {
    const std::size_t close = line.find(line[at], at + 1);
    return close == std::u32string_view::npos ? line.size() : close + 1;
  }
  return std::min(line.find_first_of(U",}", at), line.size());
}

/// Values of keys that are called like a secret. A file that is no valid YAML has no options, only words.
void find_named(std::u32string_view line, std::vector<Span>& out) {
  constexpr std::array<std::u32string_view, 5> names{U"password", U"token", U"key_pass", U"client_secret",
                                                     U"Authorization"};
  for (std::u32string_view name : names) {
    for (std::size_t at = line.find(name); at != std::u32string_view::npos; at = line.find(name, at + 1)) {
      std::size_t colon = at + name.size();
      while (colon < line.size() && (line[colon] == U'"' || line[colon] == U'\'' || line[colon] == U' ')) ++colon;
      if (colon >= line.size() || line[colon] != U':') continue;
      const std::size_t start = line.find_first_not_of(U" \t", colon + 1);
      if (start == std::u32string_view::npos) continue;
      const std::size_t end = value_end(line, start);
      if (!is_reference(line.substr(start, end - start))) out.emplace_back(start, end);
    }
  }
}

void find_url_users(std::u32string_view line, std::vector<Span>& out) {
  constexpr std::u32string_view scheme_end = U"://";
  for (std::size_t at = line.find(scheme_end); at != std::u32string_view::npos; at = line.find(scheme_end, at + 1)) {
    const std::size_t start = at + scheme_end.size();
    const std::size_t end = std::min(line.find_first_of(U"/ \t,]}", start), line.size());
    const std::size_t sign = line.substr(start, end - start).rfind(U'@');
    if (sign != std::u32string_view::npos) out.emplace_back(start, start + sign);
  }
}

std::vector<Span> secret_spans(std::u32string_view line, const Mark& mark, const std::vector<Mark>& hidden) {
  std::vector<Span> spans;
  for (const Mark& secret : hidden) {
    if (secret.file != mark.file || secret.line != mark.line) continue;
    const std::size_t start = std::min<std::size_t>(secret.column - 1, line.size());
    const std::size_t end = std::min<std::size_t>(start + secret.length, line.size());
    if (!is_reference(line.substr(start, end - start))) spans.emplace_back(start, end);
  }
  find_named(line, spans);
  find_url_users(line, spans);
  std::sort(spans.begin(), spans.end());
  return spans;
}

/// The line being put together, and where the caret has come to stand.
struct Masked {
  std::u32string text;
  std::size_t caret = 0;
  std::size_t caret_length = 1;
};

Masked masked(std::u32string_view line, const Mark& mark, const std::vector<Span>& spans) {
  const std::size_t column = mark.column > 0 ? mark.column - 1 : 0;
  Masked out{{}, column, std::max<std::size_t>(1, mark.length)};
  std::size_t at = 0;
  for (const auto& [start, end] : spans) {
    if (end <= at) continue;
    const std::size_t from = std::max(start, at);
    out.text += line.substr(at, from - at);
    if (column >= from && column < end) {
      out.caret = out.text.size();
      out.caret_length = stars.size();
    }
    out.text += stars;
    at = end;
    if (column >= end) out.caret = out.text.size() + (column - end);
  }
  if (at < line.size()) out.text += line.substr(at);
  return out;
}

}  // namespace

ShownLine shown_line(std::string_view source, const Mark& mark, const std::vector<Mark>& hidden) {
  constexpr std::size_t widest = 160;
  constexpr std::size_t before = 60;  // of a long line, kept in front of the caret
  const std::u32string line = decoded(source);
  Masked out = masked(line, mark, secret_spans(line, mark, hidden));
  out.caret = std::min(out.caret, out.text.size());
  if (out.text.size() > widest && out.caret > before) {
    const std::size_t cut = out.caret - before;
    out.text = U"..." + out.text.substr(cut);
    out.caret = before + 3;
  }
  if (out.text.size() > widest) out.text = out.text.substr(0, widest) + U"...";
  ShownLine shown;
  for (char32_t c : out.text) append_character(shown.text, c);
  shown.before_caret = out.text.substr(0, out.caret);
  const std::size_t rest = out.text.size() - out.caret;
  shown.caret_length = std::max<std::size_t>(1, std::min(out.caret_length, rest));
  return shown;
}

}  // namespace fieldgate::config
