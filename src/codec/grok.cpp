// Grok's names, expanded.
#include "codec/grok.hpp"

#include <fmt/format.h>

#include "config/values.hpp"

namespace fieldgate::codec {

namespace {

constexpr std::size_t most_bytes = 64U << 10U;
constexpr std::size_t most_levels = 32;

/// Grok's [a][b] is a path: a.b.
std::string plain_name(std::string_view name) {
  std::string plain;
  for (const char c : name) {
    if (c == '[' && !plain.empty()) plain += '.';
    if (c != '[' && c != ']') plain += c;
  }
  return plain;
}

std::string unknown(std::string_view name) {
  return fmt::format("no pattern is called '{}': 'definitions' can hold it{}", name,
                     config::did_you_mean(name, grok_names()));
}

class Expansion {
 public:
  Expansion(const std::map<std::string, std::string>* definitions, ExpandedPattern& out)
      : definitions_(definitions), out_(out) {}

  Result<void> append(std::string_view text);

 private:
  Result<std::size_t> reference(std::string_view text);
  std::size_t group(std::string_view text);
  void open(std::string name, TextField::Kind kind);

  const std::map<std::string, std::string>* definitions_;  // null: names mean nothing
  ExpandedPattern& out_;
  std::size_t depth_ = 0;
};

/// Escapes, and what stands in brackets, mean themselves.
Result<void> Expansion::append(std::string_view text) {
  bool in_class = false;
  while (!text.empty()) {
    if (out_.pattern.size() > most_bytes) return Error{"pattern", "is longer than 64 KiB with all its names expanded"};
    std::size_t taken = 1;
    if (text[0] == '\\' && text.size() > 1) {
      taken = 2;
    } else if (definitions_ != nullptr && text.starts_with("%{")) {
      const auto used = reference(text);
      if (!used) return used.error();
      text.remove_prefix(*used);
      continue;
    } else if (!in_class && text[0] == '[') {
      in_class = true;
      if (text.substr(1).starts_with("^")) ++taken;
      if (text.substr(taken).starts_with("]")) ++taken;
    } else if (in_class && text.starts_with("[:")) {
      taken = std::min(text.find(":]"), text.size() - 2) + 2;
    } else if (in_class && text[0] == ']') {
      in_class = false;
    } else if (const std::size_t used = in_class ? 0 : group(text)) {
      text.remove_prefix(used);
      continue;
    }
    out_.pattern += text.substr(0, taken);
    text.remove_prefix(taken);
  }
  return {};
}

/// (?<name> and (?P<name>, but not what looks behind. How long it is, or 0.
std::size_t Expansion::group(std::string_view text) {
  const std::size_t begin = text.starts_with("(?P<") ? 4 : text.starts_with("(?<") ? 3 : 0;
  const std::size_t end = text.find('>');
  if (begin == 0 || end == text.npos || end == begin || text[begin] == '=' || text[begin] == '!') return 0;
  open(plain_name(text.substr(begin, end - begin)), TextField::Kind::text);
  return end + 1;
}

void Expansion::open(std::string name, TextField::Kind kind) {
  out_.pattern += fmt::format("(?P<g{}>", out_.columns.size());
  TextField column;
  column.name = std::move(name);
  column.kind = kind;
  out_.columns.push_back(std::move(column));
}

/// %{NAME:field:type}; how long it is.
Result<std::size_t> Expansion::reference(std::string_view text) {
  const std::size_t end = text.find('}');
  if (end == text.npos) return Error{"pattern", "a '%{' has no '}'"};
  std::string_view inside = text.substr(2, end - 2);
  const std::size_t colon = std::min(inside.find(':'), inside.size());
  const std::string name(inside.substr(0, colon));
  inside.remove_prefix(std::min(colon + 1, inside.size()));
  const std::size_t second = std::min(inside.rfind(':'), inside.size());
  const std::string_view type = inside.substr(std::min(second + 1, inside.size()));
  if (!type.empty() && type != "int" && type != "float" && type != "string" && type != "integer" && type != "number")
    return Error{"pattern", fmt::format("'{}' is no type: int, float", type)};
  const auto own = definitions_->find(name);
  const std::string_view meant = own != definitions_->end() ? std::string_view(own->second) : grok_pattern(name);
  if (meant.empty()) return Error{"pattern", unknown(name)};
  if (++depth_ > most_levels) return Error{"pattern", fmt::format("'{}' leads back to itself", name)};
  if (inside.empty()) {
    out_.pattern += "(?:";
  } else {
    const bool whole = type == "int" || type == "integer";
    const bool real = type == "float" || type == "number";
    open(plain_name(inside.substr(0, second)), whole  ? TextField::Kind::integer
                                               : real ? TextField::Kind::number
                                                      : TextField::Kind::text);
  }
  if (auto appended = append(meant); !appended) return appended.error();
  --depth_;
  out_.pattern += ')';
  return end + 1;
}

Result<ExpandedPattern> expand(std::string_view text, const std::map<std::string, std::string>* definitions) {
  ExpandedPattern expanded;
  expanded.source = text;
  if (auto done = Expansion(definitions, expanded).append(text); !done) return done.error();
  return expanded;
}

}  // namespace

Result<ExpandedPattern> expand_grok(std::string_view text, const std::map<std::string, std::string>& definitions) {
  return expand(text, &definitions);
}

Result<ExpandedPattern> expand_regex(std::string_view text) { return expand(text, nullptr); }

}  // namespace fieldgate::codec
