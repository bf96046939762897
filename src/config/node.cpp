// Finding one's way in the tree of a configuration file.
#include "config/node.hpp"

#include <algorithm>

namespace fieldgate::config {

const Node::Entry* Node::entry(std::string_view key) const {
  const auto found = std::find_if(entries.begin(), entries.end(), [&](const Entry& e) { return e.key == key; });
  return found == entries.end() ? nullptr : &*found;
}

const Node* Node::find(std::string_view key) const {
  const Entry* found = entry(key);
  return found ? &found->value : nullptr;
}

std::vector<std::string_view> Node::keys() const {
  std::vector<std::string_view> keys;
  for (const Entry& e : entries) keys.push_back(e.key);
  return keys;
}

std::string_view kind_name(Node::Kind kind) {
  switch (kind) {
    case Node::Kind::empty:
      return "nothing";
    case Node::Kind::scalar:
      return "text";
    case Node::Kind::list:
      return "a list";
    case Node::Kind::map:
      return "a map";
  }
  return {};
}

bool has_unresolved(const Node& node) {
  return node.unresolved || std::any_of(node.items.begin(), node.items.end(), has_unresolved) ||
         std::any_of(node.entries.begin(), node.entries.end(),
                     [](const Node::Entry& e) { return has_unresolved(e.value); });
}

}  // namespace fieldgate::config
