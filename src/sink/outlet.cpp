// Outlet: the way of messages into batches, and of batches into the buffer.
#include "sink/outlet.hpp"

#include <algorithm>
#include <functional>
#include <utility>

namespace fieldgate::sink {

using std::chrono::steady_clock;

namespace {

/// Sinks that take one message at a time are handed up to so many at once: a wake-up costs more than a message.
constexpr std::size_t max_hand_over = 1000;

/// What one turn of the reactor can still bring after the gate has closed.
constexpr std::size_t turn_bytes = 512 * 1024;

/// What no answer waits for goes to the disk as soon as there is so much of it, or when it is so old: a kill then loses
/// little of what was not acknowledged, and flash memory is not worn out by rows of a message each.
constexpr std::size_t worth_storing = 16 * 1024;
constexpr Duration longest_unstored = std::chrono::milliseconds(200);

}  // namespace

Outlet::Outlet(const OutletConfig& config, const std::string& name, const Surroundings& around)
    : config_(config),
      name_(name),
      reactor_(around.reactor),
      last_receipt_(around.last_receipt),
      dead_letters_(around.dead_letters),
      log_("sink " + name),
      counters_(around.metrics, name),
      encoder_(config_.encoding, around.environment, around.paths, around.epoch),
      epoch_(around.epoch),
      context_{name,
               around.reactor,
               around.metrics,
               log_,
               around.environment,
               around.paths,
               config_.encoding,
               config_.batch,
               config_.request,
               around.epoch,
               around.commands},
      sink_(config_.sink.make(context_)),
      admission_(context_, config_.flow, around.budget_file),
      gate_(reactor_.io()),
      hand_over_(config_.encoding.joins() ? config_.batch.max_messages : max_hand_over),
      high_water_(config_.buffer.max_size -
                  std::min(std::max(turn_bytes, config_.batch.max_bytes), config_.buffer.max_size / 4)),
      opened_batch_(reactor_.io()),
      buffer_(reactor_, config_.buffer, config_.request.concurrency, config_.batch.max_bytes, around.buffer_file,
              around.epoch, static_cast<buffer::Buffer::Listener&>(*this)) {
  lanes_.reserve(config_.request.concurrency);
  for (std::size_t i = 0; i < config_.request.concurrency; ++i) lanes_.emplace_back(reactor_.io());
  telemetry::Metrics& metrics = around.metrics;
  metrics.gauge("fieldgate_sink_backlog", {{"sink", name}}, "Messages that wait to be confirmed.",
                [this] { return static_cast<double>(backlog()); });
  metrics.gauge("fieldgate_sink_backlog_bytes", {{"sink", name}}, "Their bytes, as encoded.",
                [this] { return static_cast<double>(backlog_bytes()); });
  metrics.gauge("fieldgate_sink_up", {{"sink", name}}, "1 while the service can be reached.",
                [this] { return sink_->up() ? 1.0 : 0.0; });
  if (!buffer_.is_disk()) return;
  metrics.gauge("fieldgate_buffer_up", {{"sink", name}}, "1 while the disk takes what the buffer writes.",
                [this] { return disk_problem_.empty() ? 1.0 : 0.0; });
}

void Outlet::start() {
  sink_->start();
  for (std::size_t i = 0; i < lanes_.size(); ++i) reactor_.spawn(deliver_lane(i));
  reactor_.spawn(seal_by_age());
  if (config_.buffer.max_age) reactor_.spawn(expire_by_age());
}

std::uint64_t Outlet::backlog() const {
  std::uint64_t messages = buffer_.messages();
  for (const Lane& lane : lanes_) messages += lane.open.size();
  return messages;
}

std::optional<Duration> Outlet::oldest() const {
  auto oldest = buffer_.oldest();
  for (const Lane& lane : lanes_) {
    if (!lane.open.empty() && (!oldest || lane.open.received(0) < *oldest)) oldest = lane.open.received(0);
  }
  if (!oldest) return std::nullopt;
  return std::chrono::duration_cast<Duration>(steady_clock::now() - *oldest);
}

void Outlet::accept(const Message& message) {
  if (message.receipt == last_seen_) return;  // it came by another of our inputs already
  last_seen_ = message.receipt;
  ++counters_.accepted;
  Lane& lane = lane_of(message.device);
  const std::size_t begin = lane.open.text().size();
  Result<void> fits = encoder_.append(lane.open.text(), message);
  key_.clear();
  if (const auto keyed = sink_->append_key(message, key_); fits) fits = keyed;
  const std::size_t size = lane.open.text().size() - begin + 1 + key_.size();
  if (fits && is_large(size)) {
    fits = Error{"too_large", "a message of " + std::to_string(size) + " bytes is larger than batch.max_bytes"};
  }
  if (!fits) {
    std::string record = lane.open.text().substr(begin);
    lane.open.rollback();
    return refuse(message, fits.error(), std::move(record));
  }
  if (const std::string_view reason = no_room(size); !reason.empty()) {
    lane.open.rollback();
    return drop(reason);
  }
  commit(lane, begin, message.receipt, message.received.steady);
}

Receipt Outlet::replay(const buffer::DeadLetter& letter) {
  const std::size_t size = letter.record.size() + 1 + letter.key.size();
  const bool dies_again =
      is_large(size) || (sink_->has_keys() && letter.key.empty()) || letter.reason.starts_with(Encoder::shapeless);
  if (!dies_again && !no_room(size).empty()) return 0;
  ++counters_.accepted;
  const Receipt receipt = ++last_receipt_;
  if (dies_again) {
    counters_.dead_letters.count(letter.reason);
    buffer::DeadLetter again = letter;
    again.replay = false;
    again.receipt = receipt;
    again.epoch = 0;
    dead_letters_.add(std::move(again));
    return receipt;
  }
  Lane& lane = lane_of(letter.device);
  const std::size_t begin = lane.open.text().size();
  lane.open.text() += letter.record;
  key_ = letter.key;
  commit(lane, begin, receipt, steady_clock::now());
  hurry(After::stored);
  return receipt;
}

void Outlet::commit(Lane& lane, std::size_t begin, Receipt receipt, steady_clock::time_point received) {
  if (!lane.open.empty() && lane.open.bytes() + 1 + key_.size() > config_.batch.max_bytes) {
    const std::string record = lane.open.text().substr(begin);
    lane.open.rollback();
    seal(lane);
    lane.open.text() = record;
  }
  const bool first = lane.open.empty();
  const std::size_t before = lane.open.bytes() - (lane.open.text().size() - lane.open.end());
  lane.open.commit(config_.encoding.separator(), key_, receipt, received);
  open_bytes_ += lane.open.bytes() - before;
  watch_gate();
  if (lane.open.size() >= hand_over_ || (lane.open.bytes() >= worth_storing && buffer_.is_disk() && buffer_.idle())) {
    seal(lane);
  } else if (first && !lane.busy && (!config_.encoding.joins() || draining_)) {
    lane.wake.cancel();
  } else if (first && (!lane.busy || buffer_.is_disk()) && !timing_) {
    opened_batch_.notify();
  }
}

std::string_view Outlet::no_room(std::size_t bytes) {
  if (buffer_.is_disk() && buffer_.unstored_bytes() + open_bytes_ + bytes > buffer_.unstored_limit()) return "disk";
  if (backlog_bytes() + bytes <= config_.buffer.max_size) return {};
  const bool made = config_.buffer.when_full == buffer::WhenFull::drop_oldest && buffer_.make_room(bytes + open_bytes_);
  return made ? std::string_view() : "buffer_full";
}

Outlet::Lane& Outlet::lane_of(std::string_view device) {
  if (lanes_.size() == 1) return lanes_.front();
  return lanes_[std::hash<std::string_view>()(device) % lanes_.size()];
}

void Outlet::refuse(const Message& message, const Error& error, std::string record) {
  counters_.dead_letters.count(error.reason);
  log_.limited(telemetry::Level::error, error.reason,
               "a message of device '{}' can never be delivered, kept as a dead letter: {}",
               telemetry::escaped(message.device), error.text);
  buffer::DeadLetter letter;
  letter.component = "sink " + name_;
  letter.reason = error.reason;
  letter.text = error.text;
  letter.device = message.device;
  letter.key = key_;
  letter.record = std::move(record);
  letter.received = message.received.wall;
  letter.receipt = message.receipt;
  dead_letters_.add(std::move(letter));
}

void Outlet::drop(std::string_view reason) {
  counters_.dropped.count(reason);
  if (reason == "disk") {
    log_.limited(telemetry::Level::error, reason, "messages are lost: the disk does not take what comes in");
  } else {
    log_.limited(telemetry::Level::error, reason, "messages are lost: the buffer is full (buffer.max_size)");
  }
}

void Outlet::watch_gate() {
  const bool blocks = config_.buffer.when_full == buffer::WhenFull::block;
  const std::size_t unstored = buffer_.unstored_bytes() + open_bytes_;
  const bool slow = buffer_.is_disk() && unstored >= buffer_.unstored_limit() / 4 * 3;
  if (gate_.open()) {
    if (blocks && (backlog_bytes() >= high_water_ || slow)) gate_.close();
  } else if (backlog_bytes() < high_water_ - high_water_ / 4 &&
             (!buffer_.is_disk() || unstored < buffer_.unstored_limit() / 2)) {
    gate_.reopen();
  }
}

void Outlet::seal(Lane& lane) {
  const std::size_t messages = lane.open.size();
  const std::size_t bytes = lane.open.bytes();
  open_bytes_ -= bytes;
  buffer_.push(index_of(lane), std::exchange(lane.open, buffer_.blank()));
  // A batch that was full is followed by others: growing them step by step would copy each once more.
  if (messages >= hand_over_ || bytes > config_.batch.max_bytes / 2) lane.open.reserve(bytes + bytes / 8, messages);
  if (!lane.busy) lane.wake.cancel();
}

Receipt Outlet::open_from(After after) const {
  if (after == After::received || (after == After::stored && !buffer_.is_disk())) return all_settled;
  Receipt lowest = buffer_.open_from(after);
  for (const Lane& lane : lanes_) {
    if (!lane.open.empty()) lowest = std::min(lowest, lane.open.receipt(0));
  }
  return lowest;
}

void Outlet::hurry(After after) {
  if (after == After::received || (after == After::stored && !buffer_.is_disk())) return;
  // At the end of this turn: what else it brings goes along.
  if (!std::exchange(hurried_, true)) asio::post(reactor_.io(), [this] { seal_hurried(); });
}

void Outlet::seal_hurried() {
  if (!buffer_.idle()) return;  // once the commit has ended, all goes that has come until then
  const bool hurried = std::exchange(hurried_, false);
  for (Lane& lane : lanes_) {
    if (lane.open.empty()) continue;
    if (hurried || (buffer_.is_disk() && lane.open.bytes() >= worth_storing)) seal(lane);
  }
}

Awaitable<> Outlet::seal_by_age() {
  Timer timer(reactor_.io());
  while (true) {
    auto deadline = steady_clock::time_point::max();
    const auto now = steady_clock::now();
    for (Lane& lane : lanes_) {
      if (lane.open.empty()) continue;
      // A busy lane looks when it is done; but what is to be on disk must not wait for a service that hangs.
      if (!buffer_.is_disk() && (lane.busy || !config_.encoding.joins())) continue;
      const Duration wait =
          buffer_.is_disk() ? std::min(config_.batch.timeout, longest_unstored) : config_.batch.timeout;
      const auto due = lane.open.received(0) + wait;
      if (due <= now) {
        seal(lane);
      } else {
        deadline = std::min(deadline, due);
      }
    }
    timing_ = deadline != steady_clock::time_point::max();
    if (!timing_) {
      co_await opened_batch_.wait();
      continue;
    }
    timer.expires_at(deadline);
    error_code ignored;
    co_await timer.async_wait(into(ignored));
  }
}

void Outlet::found(const buffer::Found& found) {
  std::uint64_t messages = found.corrupt;
  for (const buffer::Extent& extent : found.lanes) messages += extent.messages;
  counters_.accepted += messages;
  counters_.corrupt += found.corrupt;
  if (!found.damage.empty()) log_.error("the disk buffer was damaged: {}", found.damage);
  if (messages > found.corrupt) log_.info("{} messages of an earlier run wait in the buffer", messages - found.corrupt);
  watch_gate();
}

void Outlet::progress() {
  seal_hurried();
  watch_gate();
  moved();
  for (Lane& lane : lanes_) {
    if (!lane.busy) lane.wake.cancel();
  }
  if (drained_ != nullptr) drained_->cancel();
}

void Outlet::repeated(std::uint64_t messages) { counters_.accepted += messages; }

void Outlet::corrupted(std::uint64_t messages, const std::string& text) {
  counters_.corrupt += messages;
  log_.limited(telemetry::Level::error, "corrupt", "{} messages are lost to damage of the disk buffer: {}", messages,
               text);
}

void Outlet::made_room(std::uint64_t messages) {
  counters_.dropped.count("buffer_full", messages);
  log_.limited(telemetry::Level::error, "buffer_full",
               "the oldest messages are lost: the buffer is full (buffer.max_size)");
}

void Outlet::disk(const Error* error) {
  if (error != nullptr) {
    disk_problem_ = error->text;
    log_.limited(telemetry::Level::error, "disk",
                 "the disk buffer cannot be written: {}; nothing new is acknowledged until it can", error->text);
  } else if (!std::exchange(disk_problem_, {}).empty()) {
    log_.info("the disk buffer can be written again");
  }
}

}  // namespace fieldgate::sink
