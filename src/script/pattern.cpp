// Pattern: RE2 behind a face that does not show it.
#include "script/pattern.hpp"

#include <re2/re2.h>

#include <algorithm>

namespace fieldgate::script {

namespace {

re2::StringPiece piece(std::string_view text) { return {text.data(), text.size()}; }

/// RE2 tells a group that matched nothing from one that took no part by its data, so the text needs some.
std::string_view with_data(std::string_view text) { return text.data() == nullptr ? std::string_view("") : text; }

/// What other languages of patterns have and RE2 has not.
std::string_view hint(std::string_view problem) {
  if (problem.ends_with("(?<")) return "; the name of a group is written (?P<name>...)";
  if (problem.ends_with("(?=") || problem.ends_with("(?!")) return "; patterns cannot look ahead";
  return {};
}

Result<std::unique_ptr<re2::RE2>> compiled(std::string_view pattern, bool bytes) {
  re2::RE2::Options options;
  options.set_log_errors(false);
  options.set_max_mem(1 << 20);
  if (bytes) options.set_encoding(re2::RE2::Options::EncodingLatin1), options.set_dot_nl(true);
  auto result = std::make_unique<re2::RE2>(piece(pattern), options);
  if (!result->ok())
    return Error{"pattern", "not a regular expression: " + result->error() + std::string(hint(result->error()))};
  return result;
}

}  // namespace

Pattern::Pattern(std::unique_ptr<re2::RE2> compiled) : compiled_(std::move(compiled)) {}
Pattern::Pattern(Pattern&&) noexcept = default;
Pattern& Pattern::operator=(Pattern&&) noexcept = default;
Pattern::~Pattern() = default;

Result<Pattern> Pattern::compile(std::string_view pattern) {
  auto result = compiled(pattern, false);
  if (!result) return result.error();
  return Pattern(std::move(*result));
}

Result<Pattern> Pattern::compile_bytes(std::string_view pattern) {
  auto result = compiled(pattern, true);
  if (!result) return result.error();
  return Pattern(std::move(*result));
}

bool Pattern::found_in(std::string_view text) const { return re2::RE2::PartialMatch(piece(text), *compiled_); }

std::optional<Pattern::Place> Pattern::find(std::string_view text, std::size_t from) const {
  text = with_data(text);
  re2::StringPiece whole;
  if (from > text.size() || !compiled_->Match(piece(text), from, text.size(), re2::RE2::UNANCHORED, &whole, 1))
    return std::nullopt;
  const auto begin = static_cast<std::size_t>(whole.data() - text.data());
  return Place{begin, begin + whole.size()};
}

std::vector<std::string> Pattern::group_names() const {
  std::vector<std::string> names(1 + static_cast<std::size_t>(compiled_->NumberOfCapturingGroups()));
  for (const auto& [number, name] : compiled_->CapturingGroupNames()) names[static_cast<std::size_t>(number)] = name;
  return names;
}

bool Pattern::match(std::string_view text, bool whole, std::span<std::string_view> groups, std::size_t from) const {
  text = with_data(text);
  re2::StringPiece pieces[1 + max_groups];
  const std::size_t count = std::min(groups.size(), std::size(pieces));
  const auto anchor = whole ? re2::RE2::ANCHOR_BOTH : re2::RE2::UNANCHORED;
  if (from > text.size()) return false;
  if (!compiled_->Match(piece(text), from, text.size(), anchor, pieces, static_cast<int>(count))) return false;
  for (std::size_t i = 0; i < groups.size(); ++i)
    groups[i] = i < count ? std::string_view(pieces[i].data(), pieces[i].size()) : std::string_view();
  return true;
}

}  // namespace fieldgate::script
