// Buffer: pushing, taking parts, settling them.
#include "buffer/buffer.hpp"

#include <algorithm>
#include <utility>

namespace fieldgate::buffer {

namespace {

/// Batches kept for their memory: enough for one to be filled while another is sent.
constexpr std::size_t max_spare = 4;

constexpr std::size_t smallest_window = 8 * 1024 * 1024;

}  // namespace

Buffer::Buffer(reactor::Reactor& reactor, const Options& options, std::size_t lanes, std::size_t largest_batch,
               const std::filesystem::path& file, Epoch epoch, Listener& listener)
    : options_(options),
      epoch_(epoch),
      listener_(listener),
      window_(std::max(smallest_window, largest_batch * (lanes + 2))),
      near_limit_(window_ / 2 / lanes),
      lanes_(lanes),
      opened_(options.type == Type::memory),
      deliverable_(opened_) {
  Store::Listener& self = *this;
  if (options.type == Type::disk) store_ = std::make_unique<Store>(reactor, file, options.max_size, epoch, self);
}

std::uint32_t Buffer::row_lane(std::size_t lane) const {
  // With the number of lanes: a device is in another one where that differs.
  return static_cast<std::uint32_t>(lanes_.size() << 16 | lane);
}

void Buffer::push(std::size_t lane, Batch batch) {
  batch.set_epoch(epoch_);
  const std::size_t bytes = batch.bytes();
  const Entry entry{opened_ ? next_id_++ : 0, row_lane(lane), std::make_shared<Batch>(std::move(batch)), 0};
  messages_ += entry.batch->size();
  bytes_ += bytes;
  held_ += bytes;
  if (store_) {
    unstored_.push_back({entry.id, entry.batch.get(), entry.batch->receipt(0), bytes});
    unstored_lowest_ = std::min(unstored_lowest_, entry.batch->receipt(0));
    unstored_bytes_ += bytes;
    if (opened_) store_->insert({entry.id, entry.lane, entry.batch});
  }
  Line& live = line(lane, Which::live);
  if (!store_ || (live.gap.empty() && live.far.empty() && live.near_bytes + bytes <= near_limit_)) {
    live.near.push_back(entry);
    live.near_bytes += bytes;
  } else {
    live.far.push_back(entry);
    if (live.gap.empty()) live.draw_near(near_limit_);
    evict(live);
  }
}

bool Buffer::at_hand(std::size_t lane, Which which) const {
  return deliverable_ && !line(lane, which).near.empty() && !blocked(lane);
}

bool Buffer::blocked(std::size_t lane) const {
  if (lane == 0 || inherited_last_ == 0) return false;
  const Line& first = *heir_;
  return (!inherited_.empty() && inherited_.front().after < inherited_last_) ||
         (!first.near.empty() && first.near.front().id <= inherited_last_) ||
         (!first.gap.empty() && first.gap.after < inherited_last_);
}

std::size_t Buffer::late_records(const Entry& entry, std::size_t last, Receipt until) const {
  if (entry.batch->epoch() != epoch_) return last - entry.settled;
  std::size_t record = entry.settled;
  while (record < last && entry.batch->receipt(record) <= until) ++record;
  return record - entry.settled;
}

Buffer::Part Buffer::part(std::size_t lane, Which which, std::size_t messages, std::size_t bytes, std::string_view mark,
                          Receipt late_until) {
  if (!at_hand(lane, which)) return {};
  Line& from = line(lane, which);
  const Entry& front = from.near.front();
  const std::size_t last = std::min(front.batch->size(), front.settled + messages);
  const bool whole = last < front.batch->size() || from.near.size() == 1 || front.batch->bytes() > bytes / 2 ||
                     from.near[1].batch->epoch() != front.batch->epoch();
  if (whole && (mark.empty() || late_records(front, last, late_until) == 0)) {
    from.taken = 1;
    return {front.batch.get(), front.settled, last};
  }
  Batch& joined = lanes_[lane].joined;
  joined.clear();
  joined.set_epoch(front.batch->epoch());
  from.taken = 0;
  for (const Entry& entry : from.near) {
    const bool fits = joined.bytes() + entry.batch->bytes() <= bytes && entry.batch->epoch() == joined.epoch();
    if (joined.size() == messages || (!joined.empty() && !fits)) break;
    const std::size_t end = std::min(entry.batch->size(), entry.settled + messages - joined.size());
    const std::size_t late = mark.empty() ? 0 : late_records(entry, end, late_until);
    joined.append(*entry.batch, entry.settled, entry.settled + late, mark);
    joined.append(*entry.batch, entry.settled + late, end);
    ++from.taken;
    if (whole) break;
  }
  return {&joined, 0, joined.size()};
}

void Buffer::settle(std::size_t lane, Which which, std::size_t records) {
  Line& from = line(lane, which);
  while (records > 0) {
    Entry& front = from.near.front();
    const std::size_t now = std::min(records, front.batch->size() - front.settled);
    front.settled += now;
    messages_ -= now;
    records -= now;
    if (front.settled == front.batch->size()) remove(from, from.near, 0);
  }
  from.taken = 0;
  refill(from);
  if (inherited_last_ != 0 && !blocked(1)) inherited_last_ = 0;
}

void Buffer::remove(Line& line, std::deque<Entry>& from, std::size_t index) {
  const auto at = from.begin() + static_cast<std::ptrdiff_t>(index);
  const Entry entry = std::move(*at);
  from.erase(at);
  const std::size_t bytes = entry.batch->bytes();
  bytes_ -= bytes;
  held_ -= bytes;
  if (&from == &line.near) line.near_bytes -= bytes;
  if (store_) {
    forget_unstored(*entry.batch);
    if (entry.id != 0) store_->erase(entry.id);
  }
  if (entry.batch.use_count() > 1 || spare_.size() >= max_spare) return;
  Batch batch = std::move(*std::const_pointer_cast<Batch>(entry.batch));
  batch.clear();
  spare_.push_back(std::move(batch));
}

bool Buffer::make_room(std::size_t bytes) {
  while (bytes_ + bytes > options_.max_size) {
    Line* oldest = nullptr;
    RowId oldest_id = 0;
    for (Lane& lane : lanes_) {
      for (Line& line : lane.lines) {
        const bool is_near = line.near.size() > line.taken;
        if (!is_near && line.gap.empty() && line.far.empty()) continue;
        const RowId id = is_near            ? line.near[line.taken].id
                         : line.gap.empty() ? line.far.front().id
                                            : line.gap.after + 1;
        if (oldest != nullptr && id >= oldest_id) continue;
        oldest = &line;
        oldest_id = id;
      }
    }
    if (oldest == nullptr) return false;
    const bool is_near = oldest->near.size() > oldest->taken;
    if (!is_near && !oldest->gap.empty()) {
      if (!oldest->reading && !refuses_) trim(*oldest, bytes + options_.max_size / 16);
      return bytes_ + bytes <= options_.max_size + options_.max_size / 8;
    }
    std::deque<Entry>& from = is_near ? oldest->near : oldest->far;
    const std::size_t index = is_near ? oldest->taken : 0;
    const std::uint64_t messages = from[index].batch->size() - from[index].settled;
    messages_ -= messages;
    listener_.made_room(messages);
    remove(*oldest, from, index);
    refill(*oldest);
  }
  return true;
}

void Buffer::demote(std::size_t lane) {
  Line& live = line(lane, Which::live);
  Line& backlog = line(lane, Which::backlog);
  if (live.reading || backlog.reading || live.taken > 0 || live.near.empty()) return;
  backlog.append(live);
  refill(backlog);
}

Receipt Buffer::open_from(After after) const {
  if (after == After::received) return all_settled;
  if (after == After::stored) return unstored_lowest_;
  Receipt lowest = all_settled;
  for (const Lane& lane : lanes_) {
    for (const Line& line : lane.lines) lowest = std::min(lowest, line.lowest(epoch_));
  }
  for (const Gap& gap : inherited_) lowest = std::min(lowest, gap.lowest);
  return lowest;
}

std::uint64_t Buffer::unstored_messages() const {
  std::uint64_t messages = 0;
  for (const Unstored& unstored : unstored_) messages += unstored.batch->size();
  return messages;
}

std::optional<std::chrono::steady_clock::time_point> Buffer::oldest() const {
  std::optional<std::chrono::steady_clock::time_point> oldest;
  for (const Lane& lane : lanes_) {
    for (const Line& line : lane.lines) {
      if (line.near.empty()) continue;
      const auto received = line.near.front().batch->received(line.near.front().settled);
      if (!oldest || received < *oldest) oldest = received;
    }
  }
  return oldest;
}

Batch Buffer::blank() {
  if (spare_.empty()) return {};
  Batch batch = std::move(spare_.back());
  spare_.pop_back();
  return batch;
}

void Buffer::close(std::function<void()> then) {
  if (store_) return store_->close(std::move(then));
  then();
}

}  // namespace fieldgate::buffer
