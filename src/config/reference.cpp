// Options that name a map elsewhere in the file: `protocol: meter-v1`.
#include <fmt/format.h>

#include <algorithm>

#include "config/node.hpp"
#include "config/section.hpp"
#include "config/values.hpp"

namespace fieldgate::config {
namespace {

constexpr std::string_view use = "use";

/// The map `base` with the keys of `changes` in the place of its own.
Node replaced(const Node& base, const Node& changes) {
  Node out = changes;
  out.entries = base.entries;
  for (const Node::Entry& change : changes.entries) {
    if (change.key == use) continue;
    const auto same =
        std::find_if(out.entries.begin(), out.entries.end(), [&](const Node::Entry& e) { return e.key == change.key; });
    if (same == out.entries.end()) {
      out.entries.push_back(change);
    } else {
      *same = change;
    }
  }
  return out;
}

/// "protocols" holds what is called a protocol.
std::string_view singular(std::string_view root_key) {
  return root_key.ends_with('s') ? root_key.substr(0, root_key.size() - 1) : root_key;
}

}  // namespace

const Node& Reader::keep(Node node) {
  kept_.push_back(std::make_shared<const Node>(std::move(node)));
  return *kept_.back();
}

const Node* Section::referred(std::string_view name, std::string_view root_key, const Node& word) {
  if (word.unresolved) return nullptr;
  const Node* map = reader_.root ? reader_.root->find(root_key) : nullptr;
  const std::vector<std::string_view> names = map ? map->keys() : std::vector<std::string_view>();
  if (!word.is_scalar()) {
    error(word.mark, name, fmt::format("expected the name of a {}, not {}", singular(root_key), kind_name(word.kind)));
    return nullptr;
  }
  if (const Node* found = map ? map->find(word.text) : nullptr) return found;
  const Library* library = root_key == Library::root_key ? reader_.library : nullptr;
  if (const auto* entry = library ? library->find(word.text) : nullptr) return reader_.shipped(*entry);
  // With `check --syntax` it may be defined in a file that was not read.
  if (reader_.partial) return nullptr;
  std::vector<std::string_view> near = names;
  for (std::size_t i = 0; library && i < library->entries().size(); ++i) near.push_back(library->entries()[i].name);
  std::string hint = did_you_mean(word.text, near);
  if (hint.empty() && library)
    hint = fmt::format("; {}'fieldgate list protocols' shows the shipped ones",
                       names.empty() ? std::string() : "known: " + joined(names) + "; ");
  if (hint.empty())
    hint = names.empty() ? fmt::format("; the file has no '{}'", root_key) : "; known: " + joined(names);
  error(word.mark, name, fmt::format("no {} is called {}{}", singular(root_key), in_quotes(word.text), hint));
  return nullptr;
}

void Section::reference(std::string_view name, std::string_view root_key, std::string_view meaning,
                        const std::function<void(Section&)>& read) {
  const Node* found = described_ ? nullptr : node(name);
  const bool is_name = found && found->is_scalar();
  const Node* changed = found && found->is_map() ? found->find(use) : nullptr;
  if (!is_name && !changed) {
    section(name, meaning, read);
    if (described_) described_->back().type = fmt::format("section, or a name out of `{}`", root_key);
    return;
  }
  known_.push_back({std::string(name), false});
  const Node* target = referred(name, root_key, is_name ? *found : *changed);
  if (!target) return;
  const bool merged = changed && target->is_map();
  const std::string path = merged ? fmt::format("{}{}{}", path_, path_.empty() ? "" : ".", name)
                                  : fmt::format("{}.{}", root_key, (is_name ? found : changed)->text);
  Section inner(reader_, merged ? &reader_.keep(replaced(*target, *found)) : target, path, nullptr);
  inner.silent_ = inner.silent_ || silent_;
  read(inner);
}

}  // namespace fieldgate::config
