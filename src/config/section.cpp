// A map of the configuration: which keys are known, where they stand, and the maps inside it.
#include "config/section.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "config/node.hpp"
#include "config/values.hpp"

namespace fieldgate::config {
namespace {

std::string joined_path(std::string_view path, std::string_view name) {
  if (path.empty() || name.empty()) return std::string(path.empty() ? name : path);
  return fmt::format("{}.{}", path, name);
}

Description describe_section(std::string_view name, std::string_view type, std::string_view meaning) {
  Description description;
  description.name = name;
  description.type = type;
  description.meaning = meaning;
  return description;
}

/// A word where a type with its options belongs: "codec: json".
std::string as_a_type(std::string_view path, const Node& node) {
  const std::string_view name = path.substr(path.rfind('.') + 1);
  if (!node.is_scalar() || node.secret || (name != "codec" && name != "framing" && name != "encoding")) return {};
  return fmt::format("; write {}: {{ type: {} }}", name, node.text);
}

/// "codec: { type: .. } with one of json, raw" of a section that is left out and cannot be.
std::string spelt_out(std::string_view name, const std::vector<std::string_view>& options, std::string_view types) {
  std::string inner;
  for (const std::string_view option : options) inner += fmt::format("{}{}: ..", inner.empty() ? "" : ", ", option);
  return fmt::format("write {}: {{ {} }}{}", name, inner, types.empty() ? "" : fmt::format(" with {}", types));
}

/// What an operator may call a component: it stands in paths, globs, metrics and logs.
std::optional<std::string> wrong_name(std::string_view name) {
  constexpr std::size_t longest = 128;
  if (name.empty()) return "a name is empty";
  if (name.size() > longest) return fmt::format("the name {} is longer than {} bytes", in_quotes(name), longest);
  const bool bad = std::any_of(name.begin(), name.end(), [](char c) {
    return static_cast<unsigned char>(c) <= 0x20 || c == 0x7f ||
           std::string_view("*?[]{}\"'/\\").find(c) != std::string_view::npos;
  });
  if (bad)
    return fmt::format(
        "the name {} holds a character that names cannot have: spaces, quotes, slashes and * ? [ ] {{ }}",
        in_quotes(name));
  return std::nullopt;
}

}  // namespace

Section::Section(Reader& reader, const Node* node, std::string path, std::vector<Description>* described, Mark place)
    : reader_(reader), node_(node), path_(std::move(path)), described_(described), place_(node ? node->place : place) {
  if (node_ && node_->unresolved) silent_ = true;
  if (node_ && node_->kind == Node::Kind::empty) node_ = nullptr;
  if (!node_ || node_->is_map()) return;
  if (!silent_) {
    error(node_->mark, {},
          fmt::format("expected a map of options, not {}{}",
                      node_->is_scalar() && !node_->secret ? in_quotes(node_->text) : kind_name(node_->kind),
                      as_a_type(path_, *node_)));
  }
  silent_ = true;
  node_ = nullptr;
}

Section::~Section() {
  if (described_ || silent_) return;
  if (node_) report_unknown_keys();
  for (const Missing& missing : missing_) {
    error(missing.mark, {}, fmt::format("'{}' is required: {}", missing.name, missing.meaning));
  }
}

void Section::report_unknown_keys() {
  std::vector<std::string_view> names;
  for (const Known& known : known_) names.push_back(known.name);
  for (const Node::Entry& entry : node_->entries) {
    if (std::find(names.begin(), names.end(), entry.key) != names.end()) continue;
    const std::string_view guess = nearest(entry.key, names);
    // A misspelt `password` is a password all the same.
    const bool secret =
        std::any_of(known_.begin(), known_.end(), [&](const Known& k) { return k.is_secret && k.name == guess; });
    if (secret) reader_.problems().hide(entry.value.mark);
    // One mistake is one problem: what stands here misspelt is not missing as well.
    const bool found = std::erase_if(missing_, [&](const Missing& m) { return m.name == guess; }) > 0;
    if (any_key_ && !found) continue;
    std::string hint = did_you_mean(entry.key, names);
    if (hint.empty() && !names.empty()) hint = "; known here: " + joined(names);
    error(entry.mark, {}, fmt::format("unknown key {}{}", in_quotes(entry.key), hint));
  }
}

const Node* Section::node(std::string_view name) const { return node_ ? node_->find(name) : nullptr; }

bool Section::has(std::string_view name) const {
  const Node* found = node(name);
  return found && found->kind != Node::Kind::empty;
}

Mark Section::mark() const { return place_; }

Mark Section::mark(std::string_view name) const {
  const Node* found = name.empty() ? nullptr : node(name);
  if (!found) return mark();
  return found->kind == Node::Kind::empty ? found->place : found->mark;
}

Mark Section::mark(std::string_view name, std::size_t item) const {
  const Node* found = node(name);
  return found && item < found->items.size() ? found->items[item].mark : mark(name);
}

std::filesystem::path Section::directory(std::string_view name) const {
  return reader_.files ? reader_.files->directory(mark(name).file) : std::filesystem::path();
}

void Section::error(std::string_view name, std::string text) { error(mark(name), name, std::move(text)); }

void Section::error(const Mark& mark, std::string_view name, std::string text) {
  if (silent_ || described_) return;
  // `check --syntax` has not put in what stands for the value, so nothing can be said of it.
  const Node* option = name.empty() ? nullptr : node(name);
  if (option && has_unresolved(*option)) return;
  reader_.problems().error(mark, joined_path(path_, name), std::move(text));
}

void Section::warning(std::string_view name, std::string text) {
  if (silent_ || described_) return;
  reader_.problems().warning(mark(name), joined_path(path_, name), std::move(text));
}

void Section::claim(Description description) { ask(std::move(description)); }

void Section::may_be_short(std::string_view name) {
  if (described_ && !described_->empty() && described_->back().name == name) described_->back().has_shorthand = true;
}

const Node* Section::ask(Description description) {
  known_.push_back({description.name, description.is_secret});
  if (described_) {
    described_->push_back(std::move(description));
    return nullptr;
  }
  const Node* found = node(description.name);
  if (found && found->kind != Node::Kind::empty) return found;
  if (description.is_required) {
    const Mark where = found ? found->place : mark();
    missing_.push_back({where, std::move(description.name), std::move(description.meaning)});
  }
  return nullptr;
}

const Node* Section::ask(Description description, bool (Node::*is)() const, std::string_view expected) {
  const std::string name = description.name;
  const bool secret = description.is_secret;
  const Node* found = ask(std::move(description));
  if (!found || (found->*is)()) return found;
  if (found->unresolved) return nullptr;
  const bool show = found->is_scalar() && !secret && !found->secret;
  if (secret) reader_.problems().hide(found->mark);
  error(name, fmt::format("expected {}, not {}", expected, show ? in_quotes(found->text) : kind_name(found->kind)));
  return nullptr;
}

void Section::section(std::string_view name, std::string_view meaning, const std::function<void(Section&)>& read) {
  Description description = describe_section(name, "section", meaning);
  if (described_) {
    {
      Section inner(reader_, nullptr, joined_path(path_, name), &description.options);
      read(inner);
      description.kind = inner.kind_;
    }
    ask(std::move(description));
    return;
  }
  const Node* found = ask(std::move(description));
  Section inner(reader_, found, joined_path(path_, name), nullptr, mark(name));
  inner.silent_ = inner.silent_ || silent_;
  read(inner);
  if (found || inner.missing_.empty()) return;
  // What is wanting is the section as a whole; if it turns out to be misspelt, that alone is said.
  std::vector<std::string_view> wanting;
  for (const Missing& missing : inner.missing_) wanting.push_back(missing.name);
  const bool is_type = !inner.kind_.empty() && wanting.front() == "type";
  missing_.push_back({mark(), std::string(name),
                      spelt_out(name, wanting, is_type ? std::string_view(inner.missing_.front().meaning) : "")});
  inner.missing_.clear();
}

void Section::sections(std::string_view name, std::string_view meaning, const std::function<void(Section&)>& read) {
  Description description = describe_section(name, "list of sections", meaning);
  if (described_) {
    {
      Section inner(reader_, nullptr, joined_path(path_, name), &description.options);
      read(inner);
      description.kind = inner.kind_;
    }
    ask(std::move(description));
    return;
  }
  const Node* list = ask(std::move(description), &Node::is_list, "a list of maps");
  if (!list) return;
  for (std::size_t i = 0; i < list->items.size(); ++i) {
    Section inner(reader_, &list->items[i], fmt::format("{}[{}]", joined_path(path_, name), i), nullptr);
    inner.silent_ = inner.silent_ || silent_;
    read(inner);
  }
}

void Section::named(std::string_view name, std::string_view meaning,
                    const std::function<void(const std::string& key, Section&)>& read) {
  Description description = describe_section(name, "map of names to sections", meaning);
  if (described_) {
    {
      Section inner(reader_, nullptr, joined_path(path_, name), &description.options);
      read("NAME", inner);
      description.kind = inner.kind_;
    }
    ask(std::move(description));
    return;
  }
  const Node* map = ask(std::move(description), &Node::is_map, "a map of names");
  if (!map) return;
  for (const Node::Entry& entry : map->entries) {
    if (const auto wrong = wrong_name(entry.key)) error(entry.mark, name, *wrong);
    Section inner(reader_, &entry.value, joined_path(joined_path(path_, name), entry.key), nullptr);
    inner.silent_ = inner.silent_ || silent_;
    read(entry.key, inner);
  }
}

std::vector<Description> describe(Reader& reader, const std::function<void(Section&)>& read) {
  std::vector<Description> options;
  Section section(reader, nullptr, {}, &options);
  read(section);
  return options;
}

}  // namespace fieldgate::config
