// Flapping: a few takeovers are free, then each has to wait longer.
#include "protocol/flapping.hpp"

#include <algorithm>

namespace fieldgate::protocol {

bool Flapping::may_take_over(std::string_view id, Clock::time_point now) {
  auto known = ids_.find(id);
  if (known == ids_.end()) {
    make_room(now);
    known = ids_.try_emplace(std::string(id)).first;
  }
  Entry& entry = known->second;
  const bool quiet = now - entry.last >= window;
  const bool begins_anew = entry.wait == Clock::duration() ? now - entry.since >= window : quiet;
  if (begins_anew) entry = {now, now, {}, {}, 0, false};
  entry.last = now;
  if (now < entry.refused_until) return false;
  if (entry.takeovers < free_takeovers || entry.waited) {
    ++entry.takeovers;
    entry.waited = false;
    return true;
  }
  entry.wait = entry.wait == Clock::duration() ? Clock::duration(first_wait)
                                               : std::min<Clock::duration>(2 * entry.wait, longest_wait);
  entry.refused_until = now + entry.wait;
  entry.waited = true;
  return false;
}

/// Forgets those that are quiet, or, where none is, all.
void Flapping::make_room(Clock::time_point now) {
  if (ids_.size() < max_ids) return;
  std::erase_if(ids_, [now](const auto& known) { return now - known.second.last >= window; });
  if (ids_.size() >= max_ids) ids_.clear();
}

}  // namespace fieldgate::protocol
