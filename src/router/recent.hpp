// What a transform remembers of devices: a table with a bound.
#pragma once

#include <cstdint>
#include <list>
#include <string>
#include <string_view>
#include <unordered_map>

namespace fieldgate::router {

/// A State for each key; beyond `most` keys the one that was not asked for the longest is forgotten. At rest (no new
/// key) it allocates nothing.
template <class State>
class Recent {
 public:
  /// Counts in `forgotten`, which outlives it, what it forgets.
  Recent(std::size_t most, std::uint64_t& forgotten) : most_(most), forgotten_(forgotten) {}

  /// The state of `key`, made anew by State() where there is none; good until the next call.
  State& of(std::string_view key) {
    if (const auto found = index_.find(key); found != index_.end()) {
      entries_.splice(entries_.begin(), entries_, found->second);
      return found->second->second;
    }
    if (entries_.size() == most_) {
      index_.erase(entries_.back().first);
      entries_.pop_back();
      ++forgotten_;
    }
    entries_.emplace_front(std::string(key), State());
    index_.emplace(entries_.front().first, entries_.begin());
    return entries_.front().second;
  }

  std::size_t size() const { return entries_.size(); }

 private:
  using Entry = std::pair<std::string, State>;

  std::size_t most_;
  std::list<Entry> entries_;
  std::unordered_map<std::string_view, typename std::list<Entry>::iterator> index_;
  std::uint64_t& forgotten_;
};

}  // namespace fieldgate::router
