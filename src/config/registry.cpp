// Reading `type:`: which of the known types a section names.
#include "config/registry.hpp"

#include <fmt/format.h>

#include "config/node.hpp"
#include "config/values.hpp"

namespace fieldgate::config {
namespace {

constexpr std::size_t npos = ~std::size_t{0};

/// "an adapter", "a sink".
std::string with_article(std::string_view kind) {
  const bool vowel = !kind.empty() && std::string_view("aeiou").find(kind.front()) != std::string_view::npos;
  return fmt::format("{} {}", vowel ? "an" : "a", kind);
}

}  // namespace

std::size_t read_type(Section& section, std::string_view kind, const std::vector<std::string_view>& names) {
  section.is_a(kind);
  Description description;
  description.name = "type";
  description.type = "one of " + joined(names);
  // A section that is not there is missed as a whole, and shows what could stand in its place.
  const bool is_there = section.describing() || section.node() != nullptr;
  description.meaning = is_there ? fmt::format("Which {} it is.", kind) : description.type;
  description.is_required = true;
  section.claim(std::move(description));
  if (section.describing()) return npos;
  section.accept_all_keys();  // until the type is known, nobody can say which keys belong to it
  const Node* type = section.node("type");
  if (!type || type->kind == Node::Kind::empty || type->unresolved) return npos;
  if (!type->is_scalar()) {
    section.error("type", fmt::format("expected the name of {}, not {}", with_article(kind), kind_name(type->kind)));
    return npos;
  }
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (names[i] != type->text) continue;
    section.accept_all_keys(false);
    return i;
  }
  std::string hint = did_you_mean(type->text, names);
  hint += hint.empty() ? "; known: " : " Known: ";
  section.error("type", fmt::format("no {} type is called {}{}{}", kind, in_quotes(type->text), hint, joined(names)));
  return npos;
}

}  // namespace fieldgate::config
