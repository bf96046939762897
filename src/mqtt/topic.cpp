// Topics and filters.
#include "mqtt/topic.hpp"

#include <algorithm>

#include "message/json.hpp"

namespace fieldgate::mqtt {
namespace {

constexpr std::size_t max_length = 65535;
constexpr std::string_view share = "$share/";

Error bad(std::string text) { return {"topic", std::move(text)}; }

Result<void> check_text(std::string_view text) {
  if (text.empty()) return bad("is empty");
  if (text.size() > max_length) return bad("is longer than 65535 bytes");
  if (text.find('\0') != std::string_view::npos) return bad("holds a NUL");
  if (json::find_invalid_utf8(text) != std::string_view::npos) return bad("is not UTF-8");
  return {};
}

/// The first level of `rest`, which loses it and its slash; `more` says whether there was a slash.
std::string_view take_level(std::string_view& rest, bool& more) {
  const std::size_t slash = rest.find('/');
  const std::string_view level = rest.substr(0, slash);
  more = slash != std::string_view::npos;
  rest.remove_prefix(more ? slash + 1 : rest.size());
  return level;
}

}  // namespace

Result<void> check_topic(std::string_view topic) {
  if (auto fine = check_text(topic); !fine) return fine;
  if (topic.find_first_of("+#") != std::string_view::npos) return bad("holds + or #, which only filters may");
  return {};
}

Result<void> check_filter(std::string_view filter) {
  if (auto fine = check_text(filter); !fine) return fine;
  if (filter.starts_with(share)) {
    const std::string_view rest = filter.substr(share.size());
    const std::size_t slash = rest.find('/');
    if (slash == 0 || slash == std::string_view::npos || slash + 1 == rest.size())
      return bad("is not $share/GROUP/FILTER");
    if (rest.substr(0, slash).find_first_of("+#") != std::string_view::npos)
      return bad("has + or # in the name of its group");
    filter = rest.substr(slash + 1);
  }
  for (std::size_t at = filter.find_first_of("+#"); at != std::string_view::npos;
       at = filter.find_first_of("+#", at + 1)) {
    const bool begins_level = at == 0 || filter[at - 1] == '/';
    const bool ends_level = at + 1 == filter.size() || filter[at + 1] == '/';
    if (!begins_level || !ends_level) return bad("has a + or # that is not a whole level");
    if (filter[at] == '#' && at + 1 != filter.size()) return bad("has a # that is not its last level");
  }
  return {};
}

bool matches(std::string_view filter, std::string_view topic) {
  if (filter.starts_with(share)) {
    filter.remove_prefix(share.size());
    filter.remove_prefix(std::min(filter.find('/'), filter.size() - 1) + 1);
  }
  if (topic.starts_with('$') && !filter.starts_with('$')) return false;
  for (bool more_filter = true, more_topic = true;;) {
    const std::string_view wanted = take_level(filter, more_filter);
    if (wanted == "#") return true;
    const std::string_view level = take_level(topic, more_topic);
    if (wanted != "+" && wanted != level) return false;
    if (!more_topic) return !more_filter || filter == "#";  // a/# takes a as well (4.7.1.2)
    if (!more_filter) return false;
  }
}

}  // namespace fieldgate::mqtt
