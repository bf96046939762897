// Regex: the first pattern that matches.
#include "codec/regex.hpp"

#include <algorithm>

namespace fieldgate::codec {

Regex::Regex(const Config& config, const expression::Paths& paths) : whole_(config.whole), written_(paths) {
  for (const ExpandedPattern& expanded : config.patterns) add(expanded, config.fields);
}

/// Of the fields, those that this pattern can give.
void Regex::add(const ExpandedPattern& expanded, const std::vector<TextField>& fields) {
  auto compiled = script::Pattern::compile(expanded.pattern);
  if (!compiled) return;  // the configuration was refused
  std::vector<TextField> columns;
  std::vector<std::string> names;
  std::vector<std::size_t> column_of;
  for (const TextField& column : expanded.columns) {
    const auto known = std::find(names.begin(), names.end(), column.name);
    column_of.push_back(static_cast<std::size_t>(known - names.begin()));
    if (known != names.end()) continue;
    names.push_back(column.name);
    columns.push_back(column);
  }
  std::vector<TextField> own;
  for (const TextField& field : fields) {
    const std::vector<std::string> sources = sources_of({field});
    if (std::all_of(sources.begin(), sources.end(), [&names](const std::string& source) {
          return std::find(names.begin(), names.end(), source) != names.end();
        }))
      own.push_back(field);
  }
  Alternative alternative{std::move(*compiled), {}, names.size(), TextFields(joined_fields(columns, own), names)};
  for (const std::string& group : alternative.pattern.group_names()) {
    const bool named = group.size() > 1 && group[0] == 'g';
    alternative.sources.push_back(named ? column_of[std::stoul(group.substr(1))] : unnamed);
  }
  groups_.resize(std::max(groups_.size(), alternative.sources.size()));
  alternatives_.push_back(std::move(alternative));
}

std::optional<Failure> Regex::decode(Bytes frame, Receiver& out) {
  for (Alternative& alternative : alternatives_) {
    if (alternative.pattern.match(frame, whole_, std::span(groups_).first(alternative.sources.size())))
      return deliver(alternative, frame, out);
  }
  return Failure{"no_match", "no pattern matches", 0};
}

/// Of groups with one name the first that took part counts.
std::optional<Failure> Regex::deliver(Alternative& matched, Bytes frame, Receiver& out) {
  sources_.assign(matched.source_count, {});
  for (std::size_t i = 1; i < matched.sources.size(); ++i) {
    if (matched.sources[i] == unnamed || groups_[i].data() == nullptr) continue;
    TextSource& source = sources_[matched.sources[i]];
    if (!source.present()) source = {groups_[i], groups_[i]};
  }
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
