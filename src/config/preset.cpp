// Preset: parsed like a file, and read where the operator's section stands.
#include "config/preset.hpp"

#include <algorithm>
#include <stdexcept>

#include "config/files.hpp"
#include "config/yaml.hpp"

namespace fieldgate::config {

namespace {

/// Problems with what the preset says are shown where it is used.
void set_marks(Node& node, const Mark& mark) {
  node.mark = node.place = mark;
  for (Node& item : node.items) set_marks(item, mark);
  for (Node::Entry& entry : node.entries) {
    entry.mark = mark;
    set_marks(entry.value, mark);
  }
}

/// As the operator would have written it.
std::string shown(const Node& node) {
  std::string out;
  if (node.is_scalar()) {
    const bool plain = node.text.find_first_not_of(
                           "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.") == std::string::npos;
    if (plain && !node.text.empty()) return node.text;
    for (const char c : node.text) {
      if (c == '\r' || c == '\n') {
        out += c == '\r' ? "\\r" : "\\n";
      } else {
        out += c;
      }
    }
    return '"' + out + '"';
  }
  for (const Node& item : node.items) out += (out.empty() ? "" : ", ") + shown(item);
  if (node.is_list()) return "[" + out + "]";
  for (const Node::Entry& entry : node.entries)
    out += (out.empty() ? "" : ", ") + entry.key + ": " + shown(entry.value);
  return "{ " + out + " }";
}

}  // namespace

Preset::Preset(std::string_view yaml) {
  Files files;
  Problems problems;
  std::size_t weight = most_weight;
  files.add("preset", std::string(yaml));
  std::optional<Node> node = parse_yaml(files, 0, weight, problems);
  const Node* const type = node && problems.errors() == 0 ? node->find("type") : nullptr;
  if (type == nullptr) throw std::logic_error("no preset: " + std::string(yaml));
  type_ = type->text;
  node_ = std::move(*node);
}

Node merged_over(Node node, const Node& over) {
  for (const Node::Entry& entry : over.entries) {
    const auto same = std::find_if(node.entries.begin(), node.entries.end(),
                                   [&entry](const Node::Entry& own) { return own.key == entry.key; });
    if (same != node.entries.end()) {
      *same = entry;
    } else {
      node.entries.push_back(entry);
    }
  }
  return node;
}

void Preset::read_merged(Section& section, const std::function<void(Section&)>& read) const {
  section.accept_all_keys();  // the other section says which are unknown
  Node preset = node_;
  set_marks(preset, section.mark());
  Node given;
  if (section.node() != nullptr) given = *section.node();
  std::erase_if(given.entries, [](const Node::Entry& entry) {
    return entry.key == "type" || entry.key == "frame_timeout";  // whoever reads the framing has read these
  });
  const Node& merged = section.reader().keep(merged_over(std::move(preset), given));
  Section inner(section.reader(), &merged, section.path(), nullptr, section.mark());
  read(inner);
}

void Preset::describe_in(Section& section, const std::function<void(Section&)>& read_type) const {
  for (Description& option : describe(section.reader(), read_type)) {
    if (const Node* const own = node_.find(option.name)) {
      option.fallback = shown(*own);
      option.is_required = false;
    }
    section.claim(std::move(option));
  }
}

}  // namespace fieldgate::config
