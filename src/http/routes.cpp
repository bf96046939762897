// Routes: a handful of them, compared segment by segment.
#include "http/routes.hpp"

#include <algorithm>
#include <optional>

#include "http/query.hpp"

namespace fieldgate::http {

namespace {

std::string_view take_segment(std::string_view& path) {
  const std::size_t end = std::min(path.find('/', 1), path.size());
  const std::string_view segment = path.substr(0, end);
  path.remove_prefix(end);
  return segment;
}

/// What stands for the stars; nothing where the path is another.
std::optional<std::vector<std::string_view>> match(std::string_view pattern, std::string_view path) {
  std::vector<std::string_view> stars;
  while (!pattern.empty() && !path.empty()) {
    const std::string_view wanted = take_segment(pattern);
    const std::string_view given = take_segment(path);
    if (wanted == "/*" && given.size() > 1) {
      stars.push_back(given.substr(1));
    } else if (wanted != given) {
      return std::nullopt;
    }
  }
  if (!pattern.empty() || !path.empty()) return std::nullopt;
  return stars;
}

}  // namespace

Route& Routes::add(std::string method, const std::string& path) {
  auto found = std::find_if(patterns_.begin(), patterns_.end(), [&](const Pattern& each) { return each.path == path; });
  if (found == patterns_.end()) {
    const auto stars = static_cast<std::size_t>(std::count(path.begin(), path.end(), '*'));
    found = std::find_if(patterns_.begin(), patterns_.end(), [&](const Pattern& each) { return each.stars > stars; });
    found = patterns_.insert(found, Pattern{path, stars, {}});
  }
  return found->methods[std::move(method)];
}

const Routes::Methods* Routes::find(std::string_view path, std::vector<std::string>& segments,
                                    bool& well_formed) const {
  for (const Pattern& pattern : patterns_) {
    const auto stars = match(pattern.path, path);
    if (!stars) continue;
    for (const std::string_view star : *stars) {
      auto decoded = percent_decoded(star);
      well_formed = decoded.has_value();
      if (!well_formed) break;
      segments.push_back(std::move(*decoded));
    }
    return &pattern.methods;
  }
  return nullptr;
}

std::vector<std::string> Routes::list() const {
  std::vector<std::string> all;
  for (const Pattern& pattern : patterns_) {
    for (const auto& each : pattern.methods) all.push_back(each.first + " " + pattern.path);
  }
  return all;
}

}  // namespace fieldgate::http
