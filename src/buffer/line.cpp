// Line: moving batches nearer.
#include "buffer/line.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace fieldgate::buffer {

namespace {

/// Receipts rise along a line, behind the batches of earlier runs.
Receipt lowest_of(const std::deque<Entry>& entries, Epoch epoch) {
  for (const Entry& entry : entries) {
    if (entry.batch->epoch() == epoch) return entry.batch->receipt(entry.settled);
  }
  return all_settled;
}

}  // namespace

Receipt Line::lowest(Epoch epoch) const {
  return std::min({lowest_of(near, epoch), gap.empty() ? all_settled : gap.lowest, lowest_of(far, epoch)});
}

void Line::draw_near(std::size_t limit) {
  while (!far.empty() && (near.empty() || near_bytes + far.front().batch->bytes() <= limit)) {
    near_bytes += far.front().batch->bytes();
    near.push_back(std::move(far.front()));
    far.pop_front();
  }
}

bool Line::append(Line& other) {
  if (!gap.empty() && !other.gap.empty()) return false;
  if (!other.gap.empty()) {  // everything that is here is in front of that gap, so it is near
    std::move(far.begin(), far.end(), std::back_inserter(near));
    far.clear();
    std::move(other.near.begin(), other.near.end(), std::back_inserter(near));
    near_bytes = 0;
    for (const Entry& entry : near) near_bytes += entry.batch->bytes();
    gap = std::exchange(other.gap, {});
  } else {
    std::move(other.near.begin(), other.near.end(), std::back_inserter(far));
  }
  std::move(other.far.begin(), other.far.end(), std::back_inserter(far));
  other.near.clear();
  other.far.clear();
  other.near_bytes = 0;
  return true;
}

}  // namespace fieldgate::buffer
