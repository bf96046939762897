// What can be told from the text of a YAML file beside what its parser says.
#include "config/yaml_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "config/files.hpp"

namespace fieldgate::config {
namespace {

constexpr std::string_view blanks = " \t\r\n";

/// yaml-cpp's words (exceptions.h of 0.7) and ours.
constexpr std::array<std::pair<std::string_view, std::string_view>, 19> words{{
    {"end of map not found",
     "the indentation does not fit: a key stands deeper or less deep than its neighbours, or a quote is not closed"},
    {"end of sequence not found",
     "the indentation does not fit: a list item stands deeper or less deep than its neighbours"},
    {"end of map flow not found", "a '{' is not closed, or a ',' is missing"},
    {"end of sequence flow not found", "a '[' is not closed, or a ',' is missing"},
    {"illegal EOF in scalar", "a quote is not closed"},
    {"illegal document indicator in scalar", "a quote is not closed before '---'"},
    {"illegal flow end", "a '}' or ']' closes nothing"},
    {"illegal map value", "a ':' cannot stand here; put the text in quotes if it belongs to it"},
    {"illegal map key", "a key cannot stand here; check the indentation"},
    {"illegal block entry", "a '- ' cannot stand here; check the indentation"},
    {"illegal tab when looking for indentation", "a tab indents this line; indent with spaces"},
    {"unknown token", "this cannot start a value; put the text in quotes"},
    {"unknown escape character",
     "an unknown escape after '\\' in double quotes; write '\\\\' for a backslash, or use single quotes"},
    {"bad character found while scanning hex number", "an escape in double quotes needs more hex digits"},
    {"invalid unicode", "an escape in double quotes names no character"},
    {"the referenced anchor is not defined", "no anchor of this name stands before this alias"},
    {"cannot assign the same alias to multiple nodes", "this anchor's name is already taken"},
    {"illegal character in scalar", "a character that cannot stand here; put the text in quotes"},
    {"bad file", "nested too deeply"},
}};

std::size_t end_of_word(std::string_view text, std::size_t at) {
  return std::min(text.find_first_of(blanks, at), text.size());
}

bool is_quote(std::string_view text, std::size_t at) {
  return at < text.size() && (text[at] == '"' || text[at] == '\'');
}

/// Behind the closing quote of what opens at `at`; npos where there is none.
std::size_t quoted_end(std::string_view text, std::size_t at) {
  const char quote = text[at];
  for (std::size_t i = at + 1; i < text.size(); ++i) {
    if (quote == '"' && text[i] == '\\') {
      ++i;
    } else if (text[i] == quote) {
      const bool doubled = quote == '\'' && i + 1 < text.size() && text[i + 1] == quote;
      if (!doubled) return i + 1;
      ++i;
    }
  }
  return std::string_view::npos;
}

}  // namespace

std::size_t skip_properties(std::string_view text, std::size_t at) {
  while (at < text.size() && (text[at] == '&' || text[at] == '!')) {
    const std::size_t next = text.find_first_not_of(blanks, end_of_word(text, at));
    if (next == std::string_view::npos) return at;
    at = next;
  }
  return at;
}

std::string_view null_word(std::string_view text, std::size_t at) {
  if (at >= text.size()) return {};
  const std::size_t end = std::min(text.find_first_of(" \t\r\n,]}:", at), text.size());
  const std::string_view word = text.substr(at, end - at);
  if (word != "~" && word != "null" && word != "Null" && word != "NULL") return {};
  // An empty value has the place of what follows it, which may be the key `null`.
  return text.substr(end).starts_with(':') ? std::string_view() : word;
}

std::uint32_t scalar_length(std::string_view text, std::size_t at, std::string_view value) {
  if (at >= text.size()) return 1;
  if (is_quote(text, at)) return characters(text.substr(at, std::min(quoted_end(text, at), text.find('\n', at)) - at));
  if (text[at] == '|' || text[at] == '>') return 1;
  if (text.substr(at).starts_with(value)) return characters(value.substr(0, value.find('\n')));
  const std::string_view line = text.substr(at, text.find('\n', at) - at);
  return characters(line.substr(0, line.find_last_not_of(blanks) + 1));
}

bool is_closed(std::string_view text, std::size_t at) {
  return !is_quote(text, at) || quoted_end(text, at) != std::string_view::npos;
}

std::string explain_yaml_error(std::string_view message, std::string_view line) {
  const auto known =
      std::find_if(words.begin(), words.end(), [&](const auto& word) { return message.starts_with(word.first); });
  std::string text = known == words.end() ? fmt::format("not valid YAML: {}", message)
                                          : fmt::format("not valid YAML: {}", known->second);
  const std::size_t indent = line.find_first_not_of(" \t");
  if (indent != std::string_view::npos && line.substr(0, indent).find('\t') != std::string_view::npos) {
    return "not valid YAML: a tab indents this line; indent with spaces";
  }
  const std::size_t braces = line.find("{{");
  if (braces != std::string_view::npos && line.substr(0, braces).find_first_of("\"'") == std::string_view::npos) {
    text += "; a template must stand in quotes: \"{{ ... }}\"";
  }
  return text;
}

}  // namespace fieldgate::config
