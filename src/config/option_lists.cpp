// Reading options that hold several values, and secrets.
#include <fmt/format.h>

#include "config/node.hpp"
#include "config/option_description.hpp"
#include "config/render.hpp"
#include "config/section.hpp"
#include "config/values.hpp"

namespace fieldgate::config {
namespace {

/// The user part of a URL, as long as it holds a password.
bool has_literal_password(std::string_view text) {
  const std::size_t scheme = text.find("://");
  if (scheme == std::string_view::npos) return false;
  const std::string_view authority = text.substr(scheme + 3, text.find('/', scheme + 3) - (scheme + 3));
  const std::size_t at = authority.rfind('@');
  return at != std::string_view::npos && authority.substr(0, at).find(':') != std::string_view::npos;
}

constexpr std::string_view literal_secret =
    "a secret is written literally in the file; write ${credential:NAME}, ${file:PATH} or ${VAR} in its place";

}  // namespace

void Section::check_literal(std::string_view name, const Node& node) {
  if (node.substituted || node.unresolved || !has_literal_password(node.text) || silent_) return;
  reader_.problems().warning(node.mark, path_ + (path_.empty() ? "" : ".") + std::string(name),
                             std::string(literal_secret));
}

void Section::take_secret(std::string_view name, const Node& node) {
  reader_.problems().hide(node.mark);
  // A header may be a template as a whole: then it says where the text comes from, not what it is.
  const bool is_template = node.text.starts_with("{{") && node.text.ends_with("}}");
  const bool literal = !node.substituted && !node.unresolved && !node.text.empty() && !is_template;
  if (literal && !silent_) {
    reader_.problems().warning(node.mark, path_ + (path_.empty() ? "" : ".") + std::string(name),
                               std::string(literal_secret));
  }
}

Secret Section::secret_of(const Node& node) const {
  if (node.source.empty() || reader_.files == nullptr) return Secret(node.text);
  return Secret(node.text, node.source, reader_.files->directory(node.mark.file));
}

template <class Parse>
void Section::items(std::string_view name, const Node& list, const Parse& parse) {
  for (const Node& item : list.items) {
    if (item.is_scalar()) {
      if (!item.unresolved) parse(item);
    } else {
      error(item.mark, name, fmt::format("expected text in the list, not {}", kind_name(item.kind)));
    }
  }
}

std::vector<std::string> Section::texts(std::string_view name, Default<std::vector<std::string>> fallback,
                                        std::string_view meaning) {
  const Node* list = ask(describe_option(name, "list of texts", meaning, fallback, render_texts), &Node::is_list,
                         "a list, like [a, b]");
  if (!list) return fallback.value.value_or(std::vector<std::string>());
  if (list->items.empty() && !fallback.value) error(name, "must not be empty");
  std::vector<std::string> out;
  items(name, *list, [&](const Node& item) {
    check_literal(name, item);
    out.push_back(item.text);
  });
  return out;
}

std::map<std::string, std::string> Section::text_map(std::string_view name, std::string_view meaning) {
  const Node* map =
      ask(describe_option(name, "map of names to texts", meaning), &Node::is_map, "a map of names to texts");
  std::map<std::string, std::string> out;
  if (!map) return out;
  for (const Node::Entry& entry : map->entries) {
    if (entry.value.is_scalar()) {
      if (!entry.value.unresolved) out.emplace(entry.key, entry.value.text);
    } else {
      error(entry.value.mark, name,
            fmt::format("expected text for {}, not {}", in_quotes(entry.key), kind_name(entry.value.kind)));
    }
  }
  return out;
}

std::vector<std::string> Section::bytes_list(std::string_view name, Default<std::vector<std::string>> fallback,
                                             std::string_view meaning) {
  const auto render_list = [](const std::vector<std::string>& values) {
    std::string out;
    for (const std::string& value : values) out += (out.empty() ? "" : ", ") + render_bytes(value);
    return "[" + out + "]";
  };
  const Node* list = ask(describe_option(name, "list of bytes", meaning, fallback, render_list), &Node::is_list,
                         "a list, like [\"\\r\", \"\\n\"]");
  if (!list) return fallback.value.value_or(std::vector<std::string>());
  std::vector<std::string> out;
  items(name, *list, [&](const Node& item) {
    if (const auto doubt = item.secret ? std::nullopt : hex_warning(item.text)) warning(name, *doubt);
    const auto value = parse_bytes(item.text);
    if (value) {
      out.push_back(*value);
    } else {
      error(item.mark, name, value.error().text);
    }
  });
  return out;
}

Secret Section::secret(std::string_view name, std::string_view meaning) {
  Description description = describe_option(name, "text", meaning);
  description.is_secret = true;
  const Node* found = ask(std::move(description), &Node::is_scalar, "text");
  if (!found) return {};
  take_secret(name, *found);
  return secret_of(*found);
}

std::map<std::string, Secret> Section::secret_map(std::string_view name, std::string_view meaning) {
  Description description = describe_option(name, "map of names to texts", meaning);
  description.is_secret = true;
  const Node* map = ask(std::move(description), &Node::is_map, "a map of names to texts");
  std::map<std::string, Secret> out;
  if (!map) return out;
  for (const Node::Entry& entry : map->entries) {
    if (!entry.value.is_scalar()) {
      error(entry.value.mark, name,
            fmt::format("expected text for {}, not {}", in_quotes(entry.key), kind_name(entry.value.kind)));
      continue;
    }
    take_secret(name, entry.value);
    out.emplace(entry.key, secret_of(entry.value));
  }
  return out;
}

std::optional<std::pair<std::int64_t, std::int64_t>> Section::slice(std::string_view name, std::string_view meaning) {
  constexpr std::string_view expected = "a range of two whole numbers, like [3, -2]";
  const Node* list = ask(describe_optional(name, "range [from, to]", meaning), &Node::is_list, expected);
  if (!list || has_unresolved(*list)) return std::nullopt;
  if (list->items.size() != 2 || !list->items[0].is_scalar() || !list->items[1].is_scalar()) {
    error(name, fmt::format("expected {}", expected));
    return std::nullopt;
  }
  std::int64_t bounds[2] = {0, 0};
  for (std::size_t i = 0; i < 2; ++i) {
    const auto value = parse_integer(list->items[i].text);
    if (!value) {
      error(list->items[i].mark, name, value.error().text);
      return std::nullopt;
    }
    bounds[i] = *value;
  }
  return std::pair(bounds[0], bounds[1]);
}

}  // namespace fieldgate::config
