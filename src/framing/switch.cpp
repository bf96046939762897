// Switch: decides at the start of each frame, and then is out of the way.
#include "framing/switch.hpp"

#include <algorithm>

#include "config/preset.hpp"

namespace fieldgate::framing {

namespace {

/// The framing of a case, which has the switch's own options where it does not name them.
Factory read_framing(config::Section& section, std::string_view name, const config::Section& all) {
  const auto& registry = section.reader().get<config::Registry<Factory>>();
  constexpr std::string_view meaning = "How its frames are cut; or `discard`: what matches is dropped.";
  Factory factory;
  const config::Node* const node = section.node(name);
  if (node != nullptr && node->is_scalar() && node->text == "discard") {
    section.claim({std::string(name), "section", {}, {}, std::string(meaning), false, false, {}, {}});
    return factory;
  }
  if (section.describing() || node == nullptr || !node->is_map()) {
    section.section(name, meaning, [&](config::Section& s) { factory = registry.read(s); });
    return factory;
  }
  config::Node inherited;
  inherited.kind = config::Node::Kind::map;
  for (const std::string_view option : {"max_length", "checksum", "payload", "on_error", "fail_fast"}) {
    const config::Node::Entry* const entry = all.node() == nullptr ? nullptr : all.node()->entry(option);
    if (entry != nullptr) inherited.entries.push_back(*entry);
  }
  config::Node merged = config::merged_over(inherited, *node);
  merged.mark = node->mark;
  merged.place = node->place;
  section.claim({std::string(name), "section", {}, {}, std::string(meaning), false, false, {}, {}});
  config::Section inner(section.reader(), &section.reader().keep(std::move(merged)),
                        section.path() + "." + std::string(name), nullptr, node->place);
  return registry.read(inner);
}

}  // namespace

Switch::Config Switch::Config::read(config::Section& section) {
  Config config;
  config.common = Common::read(section);
  section.sections("cases", "The framings, tried in this order.", [&](config::Section& s) {
    Case one;
    one.name = s.text("name", std::string(), "What replies and commands call it: `case: NAME`.");
    s.section("match", "What the first bytes must be.", [&](config::Section& m) { one.match = Match::read(m); });
    one.framing = read_framing(s, "framing", section);
    const auto same = [&one](const Case& other) { return !one.name.empty() && one.name == other.name; };
    if (std::any_of(config.cases.begin(), config.cases.end(), same)) s.error("name", "two cases have this name");
    config.cases.push_back(std::move(one));
  });
  if (section.has("default") || section.describing())
    config.cases.push_back({"default", {}, read_framing(section, "default", section)});
  if (!section.describing() && config.cases.empty())
    section.error("", "'cases' is required: the framings to choose from");
  return config;
}

Framer& Switch::framer(std::size_t index) const {
  if (framers_[index] == nullptr) framers_[index] = config_.cases[index].framing.make();
  return *framers_[index];
}

Match::Answer Switch::choose(Bytes input, std::size_t& index) const {
  for (index = 0; index < config_.cases.size(); ++index) {
    const Match::Answer answer = config_.cases[index].match.of(input, first_);
    if (answer != Match::Answer::no) return answer;
  }
  return Match::Answer::no;
}

std::optional<Cut> Switch::to_start(Bytes input, std::size_t& at) const {
  const Common& common = config_.common;
  while (!common.skip.empty() && at < input.size()) {
    const Markers::Match found = common.skip.match(input, at);
    if (found.length == 0 && found.longer) return Cut::more(at);
    if (found.length == 0) break;
    at += found.length;
  }
  if (at >= input.size()) return Cut::more(at);
  if (common.start.empty()) return std::nullopt;
  const std::size_t found = common.start.find(input, at);
  if (found > at) return Cut::garbage(found);
  if (common.start.match(input, at).length == 0) return Cut::more(at);
  return std::nullopt;
}

/// Lets a case look; `at` bytes are before it.
Cut Switch::pass(std::size_t index, Bytes input, std::size_t at) {
  Framer& chosen = framer(index);
  Cut cut = chosen.next(input.substr(at));
  cut.consumed += at;
  const std::size_t taken = cut.consumed;
  const bool stays = cut.kind == Cut::Kind::incomplete || chosen.midway();
  active_ = stays ? index : none;
  if (cut.kind == Cut::Kind::frame) {
    cut.branch = static_cast<Branch>(index);
    first_ = lost_step_ = false;
  } else if (cut.kind == Cut::Kind::rejected && !stays) {
    if (cut.reason == Cut::garbage_bytes) cut.consumed = at + 1;  // how much it is to this case is not for it to say
    // What it thinks of the bytes that follow is no longer so; what it has spent on them stays spent.
    if (!chosen.restart(taken - cut.consumed)) framers_[index].reset();
  }
  return cut;
}

Cut Switch::resume(Bytes input) {
  const Cut cut = framer(active_).resume(input);
  if (!framer(active_).midway()) active_ = none;
  return cut;
}

Cut Switch::next(Bytes input) {
  std::size_t at = 0;
  if (active_ != none && framer(active_).midway()) {
    const Cut cut = framer(active_).resume(input);
    if (framer(active_).midway()) return cut;
    active_ = none;
    if (cut.kind == Cut::Kind::rejected || cut.consumed >= input.size()) return cut;
    at = cut.consumed;
  }
  if (active_ != none) return pass(active_, input, 0);
  for (;;) {
    if (const auto cut = to_start(input, at)) return *cut;
    std::size_t index = 0;
    const Match::Answer answer = choose(input.substr(at), index);
    if (answer == Match::Answer::undecided) return Cut::more(at);
    if (answer == Match::Answer::no) {
      if (config_.common.close) return Cut::lose("no_case");
      const bool known = lost_step_;
      lost_step_ = true;
      return known ? Cut::garbage(at + 1) : Cut::reject("no_case", at + 1);
    }
    if (config_.cases[index].framing) return pass(index, input, at);
    at += std::max<std::size_t>(config_.cases[index].match.matched(input.substr(at)), 1);
    if (at >= input.size()) return Cut::more(at);
  }
}

Cut Switch::stalled(Bytes input) {
  if (active_ == none)
    return config_.common.close ? Cut::lose("frame_timeout") : Cut::reject("frame_timeout", input.size());
  Cut cut = framer(active_).stalled(input);
  cut.branch = static_cast<Branch>(active_);
  if (!framer(active_).midway()) active_ = none;
  return cut;
}

std::size_t Switch::wrapping(Branch branch) const {
  std::size_t index = branch;
  if (index < config_.cases.size() && config_.cases[index].framing) return index;
  index = 0;
  while (index < config_.cases.size() && !config_.cases[index].framing) ++index;
  return index;
}

std::size_t Switch::unsaid(Branch branch) const {
  const std::size_t index = wrapping(branch);
  return index < config_.cases.size() ? framer(index).unsaid(0) : 0;
}

Result<void> Switch::wrap_as(Branch branch, Bytes payload, std::string& out) const {
  const std::size_t index = wrapping(branch);
  if (index >= config_.cases.size()) return Error{"no_case", "none of the switch's cases frames anything"};
  return framer(index).wrap(payload, out);
}

std::optional<Branch> Switch::branch(std::string_view name) const {
  for (std::size_t i = 0; i < config_.cases.size(); ++i) {
    if (config_.cases[i].name == name) return static_cast<Branch>(i);
  }
  return std::nullopt;
}

}  // namespace fieldgate::framing
