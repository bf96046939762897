// with_chosen_names: the names of `each:`, in the texts of a protocol.
#include <algorithm>
#include <string>
#include <vector>

#include "config/node.hpp"
#include "expression/reference.hpp"
#include "protocol/requests.hpp"

namespace fieldgate::protocol {

namespace {

using config::Node;

bool is_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
}

bool holds(const std::vector<std::string>& names, std::string_view word) {
  return std::find(names.begin(), names.end(), word) != names.end();
}

/// The name that begins a template, behind its braces.
void qualify_template(std::string& text, const std::vector<std::string>& names) {
  for (std::size_t at = text.find("{{"); at != std::string::npos; at = text.find("{{", at)) {
    at = std::min(text.find_first_not_of(' ', at + 2), text.size());
    std::size_t end = at;
    while (end < text.size() && is_word(text[end])) ++end;
    if (end < text.size() && text[end] != '.' && holds(names, std::string_view(text).substr(at, end - at)))
      text.insert(at, "each.");
  }
}

/// Every word of a condition that is no path, and stands in no quotes.
void qualify_condition(std::string& text, const std::vector<std::string>& names) {
  char quote = 0;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const char c = text[at];
    if (quote != 0) {
      if (c == quote) quote = 0;
    } else if (c == '\'' || c == '"') {
      quote = c;
    } else if (is_word(c)) {
      std::size_t end = at;
      while (end < text.size() && (is_word(text[end]) || text[end] == '.' || text[end] == '/')) ++end;
      if (holds(names, std::string_view(text).substr(at, end - at))) {
        text.insert(at, "each.");
        end += 5;
      }
      at = end - 1;
    }
  }
}

void qualify(Node& node, std::string_view key, const std::vector<std::string>& names) {
  if (key == "each" || key == "framing" || key == "codec") return;
  if (node.is_scalar()) {
    const bool condition = key == "expect" || key == "when" || key == "require";
    condition ? qualify_condition(node.text, names) : qualify_template(node.text, names);
  }
  for (Node& item : node.items) qualify(item, key, names);
  for (Node::Entry& entry : node.entries) {
    qualify_template(entry.key, names);
    qualify(entry.value, entry.key, names);
  }
}

}  // namespace

std::optional<Node> with_chosen_names(config::Section& protocol) {
  const Node* const requests = protocol.node() == nullptr ? nullptr : protocol.node()->find("requests");
  std::vector<std::string> names;
  for (std::size_t i = 0; requests != nullptr && i < requests->items.size(); ++i) {
    const Node* const each = requests->items[i].find("each");
    for (std::size_t n = 0; each != nullptr && n < each->entries.size(); ++n) {
      if (!expression::Reference::taken(each->entries[n].key)) names.push_back(each->entries[n].key);
    }
  }
  if (names.empty()) return std::nullopt;
  Node changed = *protocol.node();
  qualify(changed, {}, names);
  return changed;
}

}  // namespace fieldgate::protocol
