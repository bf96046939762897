// Regex: the patterns that match.
#include "codec/regex.hpp"

#include <algorithm>

namespace fieldgate::codec {

Regex::Regex(const Config& config, const expression::Paths& paths) : whole_(config.whole), written_(paths) {
  const std::span<const Item> items(config.patterns);
  if (config.matches == Matches::merge) {
    add(items, config.fields);
  } else {
    for (std::size_t i = 0; i < items.size(); ++i) add(items.subspan(i, 1), config.fields);
  }
}

void Regex::add(std::span<const Item> items, const std::vector<TextField>& shared) {
  const RegexPlan plan(items, shared);
  Alternative alternative{{}, plan.sources.size(), TextFields(plan.fields, plan.sources)};
  for (std::size_t i = 0; i < items.size(); ++i) {
    auto compiled = script::Pattern::compile(items[i].expanded.pattern);
    if (!compiled) return;  // the configuration was refused
    Part part{std::move(*compiled), {}};
    for (const std::string& group : part.pattern.group_names()) {
      const bool named = group.size() > 1 && group[0] == 'g';
      part.sources.push_back(named ? plan.groups[i][std::stoul(group.substr(1))] : unnamed);
    }
    groups_.resize(std::max(groups_.size(), part.sources.size()));
    alternative.parts.push_back(std::move(part));
  }
  alternatives_.push_back(std::move(alternative));
}

std::optional<Failure> Regex::decode(Bytes frame, Receiver& out) {
  for (Alternative& alternative : alternatives_) {
    if (match(alternative, frame)) return deliver(alternative, frame, out);
  }
  return Failure{"no_match", "no pattern matches", 0};
}

/// Of groups with one name the first that took part counts.
bool Regex::match(const Alternative& alternative, Bytes frame) {
  bool any = false;
  sources_.assign(alternative.source_count, {});
  for (const Part& part : alternative.parts) {
    const auto groups = std::span(groups_).first(part.sources.size());
    if (!part.pattern.match(frame, whole_, groups)) continue;
    any = true;
    for (std::size_t i = 1; i < groups.size(); ++i) {
      if (part.sources[i] == unnamed || groups[i].data() == nullptr) continue;
      TextSource& source = sources_[part.sources[i]];
      if (!source.present()) source = {groups[i], groups[i], false, {}};
    }
  }
  return any;
}

std::optional<Failure> Regex::deliver(Alternative& matched, Bytes frame, Receiver& out) {
  std::string& json = written_.begin();
  std::optional<TimePoint> time;
  json += '{';
  if (auto failure = matched.fields.append(json, sources_, frame, time, trace_)) return failure;
  json += '}';
  written_.end(time);
  written_.deliver(out);
  return std::nullopt;
}

}  // namespace fieldgate::codec
