// Wiring: names and globs into indexes.
#include "router/wiring.hpp"

#include <fnmatch.h>

#include <algorithm>
#include <functional>
#include <string_view>

namespace fieldgate::router {

namespace {

bool is_glob(const std::string& input) { return input.find_first_of("*?[") != std::string::npos; }

/// Indexes of what an input means: adapters first, transforms behind them.
std::vector<std::size_t> matches(const std::string& input, const std::vector<std::string>& names) {
  std::vector<std::size_t> found;
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (names[i] == input || (is_glob(input) && ::fnmatch(input.c_str(), names[i].c_str(), 0) == 0)) found.push_back(i);
  }
  return found;
}

std::vector<std::size_t> sources_of(const Stage& stage, const std::vector<std::string>& names, std::size_t adapters,
                                    config::Problems& problems) {
  std::vector<std::size_t> sources;
  if (stage.inputs.empty()) {
    for (std::size_t i = 0; i < adapters; ++i) sources.push_back(i);
  }
  for (std::size_t i = 0; i < stage.inputs.size(); ++i) {
    const std::string& input = stage.inputs[i];
    auto found = matches(input, names);
    std::erase_if(found, [&](std::size_t index) { return is_glob(input) && names[index] == stage.name; });
    if (found.empty()) {
      const std::vector<std::string_view> known(names.begin(), names.end());
      problems.error(stage.marks[i], stage.path + ".inputs",
                     is_glob(input)
                         ? "no adapter or transform matches '" + input + "'"
                         : "no adapter or transform is called '" + input + "'" + config::did_you_mean(input, known));
    }
    sources.insert(sources.end(), found.begin(), found.end());
  }
  std::sort(sources.begin(), sources.end());
  sources.erase(std::unique(sources.begin(), sources.end()), sources.end());
  return sources;
}

/// The names on a way from `start` back to itself; empty if there is none.
std::string cycle_through(std::size_t start, const Wiring& wiring, const std::vector<Stage>& transforms) {
  std::vector<bool> seen(transforms.size());
  std::string way;
  const std::function<bool(std::size_t)> leads_back = [&](std::size_t at) {
    for (const std::size_t next : wiring.transforms[at].transforms) {
      if (next == start || (!seen[next] && (seen[next] = true, leads_back(next)))) {
        way = transforms[at].name + " -> " + way;
        return true;
      }
    }
    return false;
  };
  return leads_back(start) ? way + transforms[start].name : "";
}

void check_transforms(const Wiring& wiring, const std::vector<Stage>& transforms, config::Problems& problems) {
  for (std::size_t i = 0; i < transforms.size(); ++i) {
    const Stage& stage = transforms[i];
    if (const std::string cycle = cycle_through(i, wiring, transforms); !cycle.empty()) {
      problems.error(stage.marks.empty() ? stage.mark : stage.marks.front(), stage.path + ".inputs",
                     "goes round in a circle: " + cycle);
    }
    if (stage.enabled && wiring.transforms[i].sinks.empty() && wiring.transforms[i].transforms.empty()) {
      problems.error(stage.mark, stage.path, "nothing reads this transform; name it in the inputs of a sink");
    }
  }
}

}  // namespace

Wiring resolve(const std::vector<Source>& adapters, const std::vector<Stage>& transforms,
               const std::vector<Stage>& sinks, config::Problems& problems) {
  std::vector<std::string> names;
  for (const Source& adapter : adapters) names.push_back(adapter.name);
  for (const Stage& transform : transforms) {
    if (std::find(names.begin(), names.end(), transform.name) != names.end()) {
      problems.error(transform.mark, transform.path,
                     "an adapter is called '" + transform.name + "' too; inputs could mean either");
    }
    names.push_back(transform.name);
  }
  Wiring wiring;
  wiring.adapters.resize(adapters.size());
  wiring.transforms.resize(transforms.size());
  const auto outputs_of = [&](std::size_t source) -> Wiring::Outputs& {
    return source < adapters.size() ? wiring.adapters[source] : wiring.transforms[source - adapters.size()];
  };
  for (std::size_t i = 0; i < transforms.size(); ++i) {
    for (const std::size_t source : sources_of(transforms[i], names, adapters.size(), problems))
      outputs_of(source).transforms.push_back(i);
  }
  for (std::size_t i = 0; i < sinks.size(); ++i) {
    for (const std::size_t source : sources_of(sinks[i], names, adapters.size(), problems))
      outputs_of(source).sinks.push_back(i);
  }
  check_transforms(wiring, transforms, problems);
  if (problems.errors() > 0) return wiring;  // an input that leads nowhere is what was meant to read them
  for (std::size_t i = 0; i < adapters.size(); ++i) {
    if (wiring.adapters[i].sinks.empty() && wiring.adapters[i].transforms.empty()) {
      problems.warning(adapters[i].mark, adapters[i].path, "no sink reads this adapter; its messages go nowhere");
    }
  }
  return wiring;
}

}  // namespace fieldgate::router
