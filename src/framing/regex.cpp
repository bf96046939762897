// Regex: finds the shortest front of the input in which a pattern matches.
#include "framing/regex.hpp"

#include <algorithm>

namespace fieldgate::framing {

namespace {

std::shared_ptr<const script::Pattern> compile(config::Section& section, std::string_view name,
                                               const std::string& pattern) {
  if (pattern.empty()) return nullptr;
  auto compiled = script::Pattern::compile_bytes(pattern);
  if (compiled) return std::make_shared<const script::Pattern>(std::move(*compiled));
  section.error(name, compiled.error().text);
  return nullptr;
}

/// Where the match ends that is whole first, behind `from`; nothing where there is none. What is known to hold no match
/// is up to `known`.
std::optional<script::Pattern::Place> soonest(const script::Pattern& pattern, Bytes text, std::size_t from,
                                              std::size_t known) {
  auto found = pattern.find(text, from);
  if (!found) return std::nullopt;
  std::size_t without = std::max(known, from);
  std::size_t with = found->end;
  while (without + 1 < with) {
    const std::size_t middle = without + (with - without) / 2;
    if (const auto sooner = pattern.find(text.substr(0, middle), from)) {
      found = sooner;
      with = sooner->end;
    } else {
      without = middle;
    }
  }
  return found;
}

}  // namespace

RegexShape::Config RegexShape::Config::read(config::Section& section) {
  Config config;
  config.start_pattern = section.text("start_pattern", std::string(),
                                      "What a frame begins with, in RE2's syntax over bytes; left out: anything.");
  config.end_pattern = section.text("end_pattern", config::required, "What a frame ends with, in RE2's syntax.");
  config.starts = compile(section, "start_pattern", config.start_pattern);
  config.ends = compile(section, "end_pattern", config.end_pattern);
  config.common = Common::read(section);
  return config;
}

Measure RegexShape::measure(Bytes rest) {
  const std::size_t most = config_.common.max_length;
  const Bytes window = rest.substr(0, most);
  if (started_ == 0 && config_.starts) {
    const auto start = soonest(*config_.starts, window, 0, scanned_);
    if (!start && rest.size() >= most) {
      scanned_ = 0;
      return Measure::garbage(std::max<std::size_t>(most / 2, 1));
    }
    if (!start) {
      scanned_ = window.size();
      return Measure::more(rest.size() + 1);
    }
    scanned_ = 0;
    if (start->begin > 0) return Measure::garbage(start->begin);
    started_ = std::max<std::size_t>(start->end, 1);
  }
  const auto end = config_.ends ? soonest(*config_.ends, window, started_, scanned_) : std::nullopt;
  if (end && end->end > 0) {
    forget();
    return Measure::whole(rest.substr(0, end->end), end->end);
  }
  if (rest.size() >= most) return Measure::bad(Measure::too_long_reason, most);
  scanned_ = window.size();
  return Measure::more(rest.size() + 1);
}

Result<void> RegexShape::wrap(Bytes payload, std::string& out) const {
  out.append(payload);
  return {};
}

}  // namespace fieldgate::framing
