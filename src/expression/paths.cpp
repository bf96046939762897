// Paths: a tree of steps, shared by all who walk the same way.
#include "expression/paths.hpp"

#include <algorithm>
#include <charconv>

namespace fieldgate::expression {

namespace {

std::uint32_t as_index(const std::string& key) {
  if (key.empty() || (key.size() > 1 && key.front() == '0')) return Paths::Node::no_index;
  std::uint32_t index = 0;
  const auto [end, error] = std::from_chars(key.data(), key.data() + key.size(), index);
  return error == std::errc() && end == key.data() + key.size() ? index : Paths::Node::no_index;
}

}  // namespace

Slot Paths::intern(const std::vector<std::string>& steps) {
  std::uint32_t at = 0;
  for (const std::string& step : steps) {
    const auto& children = nodes_[at].children;
    const auto known =
        std::find_if(children.begin(), children.end(), [&step](const Node::Child& child) { return child.key == step; });
    if (known != children.end()) {
      at = known->node;
      continue;
    }
    const auto added = static_cast<std::uint32_t>(nodes_.size());
    nodes_[at].children.push_back({step, as_index(step), added});
    nodes_.emplace_back();
    at = added;
  }
  Node& node = nodes_[at];
  if (node.slot == Node::no_slot) node.slot = static_cast<Slot>(size_++);
  return node.slot;
}

}  // namespace fieldgate::expression
