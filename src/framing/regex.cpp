// Regex: finds the shortest front of the input in which a pattern matches.
#include "framing/regex.hpp"

#include <algorithm>

namespace fieldgate::framing {

namespace {

/// Bytes that are looked at first.
constexpr std::size_t first_front = 64;

std::shared_ptr<const script::Pattern> compile(config::Section& section, std::string_view name,
                                               const std::string& pattern) {
  if (pattern.empty()) return nullptr;
  auto compiled = script::Pattern::compile_bytes(pattern);
  if (compiled) return std::make_shared<const script::Pattern>(std::move(*compiled));
  section.error(name, compiled.error().text);
  return nullptr;
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

/// Where the match ends that is whole first, behind `from`; nothing where there is none. Up to scanned_ there is none.
/// Fronts of twice the length each are tried, so that a frame costs what it is long, whatever stands behind it.
std::optional<script::Pattern::Place> RegexShape::soonest(const script::Pattern& pattern, Bytes text,
                                                          std::size_t from) {
  const auto find = [&](std::size_t size) {
    allowance_.count(size - std::min(from, size));
    return pattern.find(text.substr(0, size), from);
  };
  std::size_t without = std::max(scanned_, from);
  std::size_t front = std::min(std::max(2 * without, from + first_front), text.size());
  auto found = find(front);
  while (!found && front < text.size()) {
    without = front;
    front = std::min(2 * front, text.size());
    found = find(front);
  }
  if (!found) return std::nullopt;
  std::size_t with = found->end;
  while (without + 1 < with) {
    const std::size_t middle = without + (with - without) / 2;
    if (const auto sooner = find(middle)) {
      found = sooner;
      with = sooner->end;
    } else {
      without = middle;
    }
  }
  return found;
}

Measure RegexShape::measure(Bytes rest) {
  const std::size_t most = config_.common.max_length;
  allowance_.waiting(rest.size());
  const std::size_t missing = rest.size() < most ? allowance_.missing(2 * rest.size()) : 0;
  if (missing > 0) return Measure::more(std::min(rest.size() + missing, most));
  const std::uint64_t before = allowance_.work();
  const Measure measured = look(rest);
  if (measured.kind == Measure::Kind::more) allowance_.pay_since(before);
  if (measured.kind == Measure::Kind::whole || measured.kind == Measure::Kind::garbage) allowance_.done(measured.size);
  return measured;
}

/// The frame that is there already, where too many looks put off the last one.
Measure RegexShape::flush(Bytes input) {
  forget();
  const Measure last = look(input);
  if (last.kind == Measure::Kind::whole) allowance_.done(last.size);
  return last;
}

Measure RegexShape::look(Bytes rest) {
  const std::size_t most = config_.common.max_length;
  const Bytes window = rest.substr(0, most);
  if (started_ == 0 && config_.starts) {
    const auto start = soonest(*config_.starts, window, 0);
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
  const auto end = config_.ends ? soonest(*config_.ends, window, started_) : std::nullopt;
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
