// Buffer, the disk's side: what lies only in the file, and what the file says.
#include <algorithm>
#include <iterator>
#include <utility>

#include "buffer/buffer.hpp"

namespace fieldgate::buffer {

void Buffer::opened(const Found& found) {
  next_id_ = found.next;
  committed_ = found.next - 1;
  adopt(found);
  number_early_batches();
  opened_ = true;
  deliverable_ = true;
  listener_.found(found);
  for (Lane& lane : lanes_) {
    for (Line& line : lane.lines) refill(line);
  }
  listener_.progress();
}

/// What an earlier run left goes before all that has come meanwhile.
void Buffer::adopt(const Found& found) {
  const auto has_our_lanes = [this](const Extent& extent) { return extent.lane >> 16 == lanes_.size(); };
  const bool same = std::all_of(found.lanes.begin(), found.lanes.end(), has_our_lanes);
  const Which which = options_.order == Order::live_first ? Which::backlog : Which::live;
  std::vector<Extent> extents = found.lanes;
  std::sort(extents.begin(), extents.end(), [](const Extent& a, const Extent& b) { return a.first < b.first; });
  for (const Extent& extent : extents) {
    messages_ += extent.messages;
    bytes_ += extent.bytes;
    const Gap gap{extent.lane, extent.first - 1, extent.last, extent.messages, extent.bytes, all_settled};
    if (same) {
      line(extent.lane & 0xffff, which).gap = gap;
    } else {
      inherited_.push_back(gap);
      inherited_last_ = std::max(inherited_last_, extent.last);
    }
  }
  heir_ = &line(0, which);
  if (!inherited_.empty()) {
    heir_->gap = inherited_.front();
    inherited_.pop_front();
    if (which == Which::backlog) inherited_last_ = 0;  // what is new has a line of its own: nobody needs to wait
  }
  for (Lane& lane : lanes_) {
    Line& line = lane.lines[static_cast<std::size_t>(which)];
    if (line.gap.empty()) continue;
    while (line.near.size() > line.taken) {  // what is on its way cannot be called back
      line.near_bytes -= line.near.back().batch->bytes();
      line.far.push_front(std::move(line.near.back()));
      line.near.pop_back();
    }
  }
}

void Buffer::number_early_batches() {
  std::vector<Entry*> early;
  for (Lane& lane : lanes_) {
    for (Line& line : lane.lines) {
      for (std::deque<Entry>* part : {&line.near, &line.far}) {
        for (Entry& entry : *part) early.push_back(&entry);
      }
    }
  }
  std::sort(early.begin(), early.end(),
            [](const Entry* a, const Entry* b) { return a->batch->receipt(0) < b->batch->receipt(0); });
  unstored_.clear();
  for (Entry* entry : early) {
    entry->id = next_id_++;
    unstored_.push_back({entry->id, entry->batch.get(), entry->batch->receipt(0), entry->batch->bytes()});
    store_->insert({entry->id, entry->lane, entry->batch});
  }
}

void Buffer::committed(RowId last) {
  committed_ = last;
  while (!unstored_.empty() && unstored_.front().id <= last) {
    unstored_bytes_ -= unstored_.front().bytes;
    unstored_.pop_front();
  }
  find_lowest_unstored();
  for (Lane& lane : lanes_) {
    for (Line& line : lane.lines) evict(line);
  }
  listener_.progress();
}

void Buffer::forget_unstored(const Batch& batch) {
  const auto found = std::find_if(unstored_.begin(), unstored_.end(),
                                  [&batch](const Unstored& unstored) { return unstored.batch == &batch; });
  if (found == unstored_.end()) return;
  unstored_bytes_ -= found->bytes;
  unstored_.erase(found);
  find_lowest_unstored();
}

void Buffer::find_lowest_unstored() {
  unstored_lowest_ = all_settled;
  for (const Unstored& unstored : unstored_) unstored_lowest_ = std::min(unstored_lowest_, unstored.lowest);
}

void Buffer::failing(const Error& error) {
  deliverable_ = true;  // what is new can go, even if what an earlier run left cannot be read
  refuses_ = error.reason != "disk_full";
  listener_.disk(&error);
  listener_.progress();
}

void Buffer::healthy() {
  refuses_ = false;
  listener_.disk(nullptr);
}

void Buffer::damaged(std::uint32_t lane, std::uint64_t messages, const std::string& text) {
  std::uint64_t lost = 0;  // what is in memory as well is not
  const auto take_from = [&](Gap& gap) {
    if (gap.lane != lane) return;
    const std::uint64_t here = std::min(messages - lost, gap.messages);
    gap.messages -= here;
    lost += here;
  };
  for (Lane& own : lanes_) {
    for (Line& line : own.lines) take_from(line.gap);
  }
  for (Gap& gap : inherited_) take_from(gap);
  messages_ -= lost;
  listener_.corrupted(lost, text);
}

void Buffer::evict(Line& line) {
  while (held_ > window_ && !line.far.empty()) {
    const Entry& entry = line.far.front();
    if (entry.id == 0 || entry.id > committed_) return;
    // Behind gaps of an earlier run with other lanes comes one of our own.
    const bool queues = &line == heir_ && !line.gap.empty() && line.gap.lane != entry.lane;
    if (queues && (inherited_.empty() || inherited_.back().lane != entry.lane)) inherited_.emplace_back();
    Gap& gap = queues ? inherited_.back() : line.gap;
    if (!line.near.empty() && line.near.back().id > std::max(gap.after, gap.last) && !gap.empty()) return;
    if (gap.empty()) gap = {entry.lane, entry.id - 1, entry.id, 0, 0, all_settled};
    repeat(entry.settled);
    gap.last = entry.id;
    gap.messages += entry.batch->size();
    gap.bytes += entry.batch->bytes();
    if (entry.batch->epoch() == epoch_) gap.lowest = std::min(gap.lowest, entry.batch->receipt(0));
    held_ -= entry.batch->bytes();
    line.far.pop_front();
  }
}

void Buffer::repeat(std::uint64_t messages) {
  if (messages == 0) return;
  messages_ += messages;
  listener_.repeated(messages);
}

void Buffer::refill(Line& line) {
  if (line.gap.empty()) return line.draw_near(near_limit_);
  if (line.reading || line.near_bytes > near_limit_ / 2) return;
  line.reading = true;
  const RowId last = line.gap.last;
  store_->load(line.gap.lane, line.gap.after, last, near_limit_ - line.near_bytes,
               [this, &line, last](const std::vector<Row>& rows, bool end) { loaded(line, last, rows, end); });
}

void Buffer::loaded(Line& line, RowId last, const std::vector<Row>& rows, bool end) {
  line.reading = false;
  for (const Row& row : rows) {
    const std::size_t bytes = row.batch->bytes();
    line.near.push_back({row.id, row.lane, row.batch, 0});
    line.near_bytes += bytes;
    held_ += bytes;
    line.gap.after = row.id;
    const std::uint64_t expected = std::min<std::uint64_t>(line.gap.messages, row.batch->size());
    line.gap.messages -= expected;
    repeat(row.batch->size() - expected);
    line.gap.bytes -= std::min<std::uint64_t>(line.gap.bytes, bytes);
    if (row.batch->epoch() == epoch_) line.gap.lowest = row.batch->receipt(row.batch->size() - 1) + 1;
  }
  if (end) line.gap.after = last;
  shorten(line);
  listener_.progress();
}

void Buffer::trim(Line& line, std::size_t bytes) {
  line.reading = true;
  store_->trim(line.gap.lane, line.gap.after, line.gap.last, bytes,
               [this, &line](const Extent& gone) { trimmed(line, gone); });
}

void Buffer::trimmed(Line& line, const Extent& gone) {
  line.reading = false;
  line.gap.after = gone.last;
  const std::uint64_t messages = std::min(gone.messages, line.gap.messages);
  const std::uint64_t bytes = std::min(gone.bytes, line.gap.bytes);
  line.gap.messages -= messages;
  line.gap.bytes -= bytes;
  messages_ -= messages;
  bytes_ -= bytes;
  listener_.made_room(messages);
  shorten(line);
  listener_.progress();
}

/// After rows have left the gap: whether it is still one.
void Buffer::shorten(Line& line) {
  if (line.gap.empty()) {
    // The file did not hold all that it should have.
    const std::uint64_t lost = line.gap.messages;
    messages_ -= lost;
    bytes_ -= line.gap.bytes;
    line.gap = {};
    if (!inherited_.empty() && &line == heir_) {
      line.gap = inherited_.front();
      inherited_.pop_front();
    }
    if (lost > 0) listener_.corrupted(lost, "rows of the buffer's file are missing");
  }
  refill(line);
}

}  // namespace fieldgate::buffer
