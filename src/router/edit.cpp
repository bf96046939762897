// Edit: writes the new document from the members of the old one, and has it checked and picked again.
#include "router/edit.hpp"

#include <algorithm>

#include "config/node.hpp"
#include "message/glob.hpp"

namespace fieldgate::router {

namespace {

bool any_matches(const std::vector<std::string>& globs, std::string_view text) {
  return std::any_of(globs.begin(), globs.end(), [text](const std::string& glob) { return glob_matches(glob, text); });
}

void check_renames(config::Section& section, const std::map<std::string, std::string>& renames) {
  for (auto one = renames.begin(); one != renames.end(); ++one) {
    const auto same =
        std::find_if(renames.begin(), one, [one](const auto& other) { return other.second == one->second; });
    if (same != one)
      section.error("rename",
                    "'" + same->first + "' and '" + one->first + "' are both renamed to '" + one->second + "'");
  }
}

std::map<std::string, expression::Template> read_set(config::Section& section) {
  std::map<std::string, expression::Template> set;
  for (const auto& [name, text] :
       section.text_map("set", "Members to set, to what a template gives; one that is a single name keeps its kind.")) {
    auto parsed = expression::Template::parse(text, expression::Place::plain);
    if (parsed) {
      set.emplace(name, std::move(*parsed));
      continue;
    }
    const config::Node* const node = section.node("set")->find(name);
    section.error(node->mark, "set", "'" + name + "': " + parsed.error().text);
  }
  return set;
}

}  // namespace

Edit::Config Edit::Config::read(config::Section& section) {
  Config config;
  config.rename = section.text_map("rename", "Members to rename, old name to new.");
  config.set = read_set(section);
  config.keep = section.texts("keep", std::vector<std::string>(), "Globs of the members to keep; left out: all.");
  config.drop = section.texts("drop", std::vector<std::string>(), "Globs of the members to drop.");
  check_renames(section, config.rename);
  return config;
}

Edit::Edit(const Config& config, const TransformContext& context)
    : config_(config), dropped_(context.dropped), log_(context.log), renamed_(context.paths), shaped_(context.paths) {
  for (const auto& [from, to] : config_.rename) renames_.push_back({from, to, false});
  for (auto& [name, value] : config_.set) value.bind(context.environment, context.paths);
}

void Edit::accept(const Message& message) {
  Message edited = message;
  if (!config_.rename.empty() && !rename(edited)) return;
  if ((!config_.set.empty() || !config_.keep.empty() || !config_.drop.empty()) && !shape(edited)) return;
  pass(edited);
}

/// Puts the draft in the document's place, with its values picked anew.
bool Edit::finish(Draft& draft, Message& message) {
  draft.json += draft.json.empty() ? "{}" : "}";
  Document document;
  if (const auto failure = draft.checker.check(draft.json, document)) {
    drop(failure->reason, failure->text);
    return false;
  }
  document.time = message.document.time;
  message.document = document;
  return true;
}

void Edit::begin_member(std::string& out, std::string_view name) const {
  out += out.empty() ? '{' : ',';
  json::append_string(out, name);
  out += ':';
}

std::string_view Edit::name_of(const json::Member& member) {
  if (!member.escaped) return member.name;
  scratch_.clear();
  json::append_unescaped(scratch_, member.name);
  return scratch_;
}

/// Which of the renames find their member, in one pass: a device may repeat names as often as it likes.
void Edit::look_for_renamed(std::string_view object) {
  for (Rename& rename : renames_) rename.present = false;
  json::Member member;
  while (json::next_member(object, member)) {
    const std::string_view name = name_of(member);
    for (Rename& rename : renames_) rename.present = rename.present || rename.from == name;
  }
}

/// A member that another one is renamed to gives way.
bool Edit::rename(Message& message) {
  look_for_renamed(message.document.json);
  renamed_.json.clear();
  json::Member member;
  for (std::string_view rest = message.document.json; json::next_member(rest, member);) {
    std::string_view name = name_of(member);
    const auto from = [name](const Rename& rename) { return rename.from == name; };
    const auto onto = [name](const Rename& rename) { return rename.to == name && rename.present; };
    if (const auto found = std::find_if(renames_.begin(), renames_.end(), from); found != renames_.end()) {
      name = found->to;
    } else if (std::any_of(renames_.begin(), renames_.end(), onto)) {
      continue;
    }
    begin_member(renamed_.json, name);
    renamed_.json.append(member.value);
  }
  return finish(renamed_, message);
}

bool Edit::passes(std::string_view name) const {
  return (config_.keep.empty() || any_matches(config_.keep, name)) && !any_matches(config_.drop, name);
}

bool Edit::shape(Message& message) {
  shaped_.json.clear();
  json::Member member;
  for (std::string_view rest = message.document.json; json::next_member(rest, member);) {
    const std::string_view name = name_of(member);
    const auto replaced =
        std::any_of(config_.set.begin(), config_.set.end(), [name](const auto& pair) { return pair.first == name; });
    if (replaced || !passes(name)) continue;
    begin_member(shaped_.json, name);
    shaped_.json.append(member.value);
  }
  for (const auto& [name, value] : config_.set) {
    if (!passes(name)) continue;
    begin_member(shaped_.json, name);
    if (const auto filled = value.append_json(message, shaped_.json, scratch_); !filled) {
      drop(filled.error().reason, filled.error().text);
      return false;
    }
  }
  return finish(shaped_, message);
}

void Edit::drop(std::string_view reason, std::string_view text) {
  dropped_.count(reason);
  log_.limited(telemetry::Level::warn, reason, "a message is dropped: {}", text);
}

}  // namespace fieldgate::router
