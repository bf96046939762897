// Outlet: the way of messages into batches, and of batches to the sink.
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

}  // namespace

Outlet::Outlet(const OutletConfig& config, const std::string& name, reactor::Reactor& reactor,
               telemetry::Metrics& metrics, const expression::Environment& environment, expression::Paths& paths)
    : config_(config),
      name_(name),
      reactor_(reactor),
      log_("sink " + name),
      counters_(metrics, name),
      encoder_(config_.encoding, environment.gateway),
      sink_(config_.sink.make(
          Context{name, reactor, metrics, log_, environment, paths, config_.encoding, config_.batch, config_.request, 0})),
      gate_(reactor.io()),
      buffer_(config_.request.concurrency),
      hand_over_(config_.encoding.joins() ? config_.batch.max_messages : max_hand_over),
      high_water_(config_.buffer.max_size -
                  std::min(std::max(turn_bytes, config_.batch.max_bytes), config_.buffer.max_size / 4)),
      opened_batch_(reactor.io()) {
  lanes_.reserve(config_.request.concurrency);
  for (std::size_t i = 0; i < config_.request.concurrency; ++i) lanes_.emplace_back(reactor.io());
  metrics.gauge("fieldgate_sink_backlog", {{"sink", name}}, "Messages that wait to be confirmed.",
                [this] { return static_cast<double>(counters_.backlog()); });
  metrics.gauge("fieldgate_sink_backlog_bytes", {{"sink", name}}, "Their bytes, as encoded.",
                [this] { return static_cast<double>(bytes_); });
  metrics.gauge("fieldgate_sink_up", {{"sink", name}}, "1 while the service can be reached.",
                [this] { return sink_->up() ? 1.0 : 0.0; });
}

void Outlet::start() {
  sink_->start();
  for (std::size_t i = 0; i < lanes_.size(); ++i) reactor_.spawn(deliver_lane(i));
  reactor_.spawn(seal_by_age());
}

void Outlet::accept(const Message& message) {
  if (message.receipt == last_receipt_) return;  // it came by another of our inputs already
  last_receipt_ = message.receipt;
  ++counters_.accepted;
  Lane& lane = lane_of(message);
  const std::size_t begin = lane.open.text().size();
  encoder_.append(lane.open.text(), message);
  key_.clear();
  if (const auto keyed = sink_->append_key(message, key_); !keyed) {
    lane.open.rollback();
    return dead_letter(keyed.error().reason, keyed.error().text);
  }
  const std::size_t size = lane.open.text().size() - begin + 1 + key_.size();
  if (size > config_.batch.max_bytes) {
    lane.open.rollback();
    return dead_letter("too_large", "a message of " + std::to_string(size) + " bytes is larger than batch.max_bytes");
  }
  if (bytes_ + size > config_.buffer.max_size && !make_room(size)) {
    lane.open.rollback();
    counters_.dropped.count("buffer_full");
    log_.limited(telemetry::Level::error, "buffer_full", "messages are lost: the buffer is full (buffer.max_size)");
    return;
  }
  if (!lane.open.empty() && lane.open.bytes() + 1 + key_.size() > config_.batch.max_bytes) {
    const std::string record = lane.open.text().substr(begin);
    lane.open.rollback();
    seal(lane);
    lane.open.text() = record;
  }
  const bool first = lane.open.empty();
  lane.open.commit(config_.encoding.separator(), key_, message.receipt, message.received.steady);
  bytes_ += size;
  if (config_.buffer.when_full == buffer::WhenFull::block && bytes_ >= high_water_) gate_.close();
  if (lane.open.size() >= hand_over_) {
    seal(lane);
  } else if (first && !lane.busy) {
    if (!config_.encoding.joins() || draining_)
      lane.changed.notify();
    else if (!timing_)
      opened_batch_.notify();
  }
}

Outlet::Lane& Outlet::lane_of(const Message& message) {
  if (lanes_.size() == 1) return lanes_.front();
  return lanes_[std::hash<std::string_view>()(message.device) % lanes_.size()];
}

bool Outlet::make_room(std::size_t bytes) {
  if (config_.buffer.when_full != buffer::WhenFull::drop_oldest) return false;
  while (bytes_ + bytes > config_.buffer.max_size) {
    auto oldest = buffer_.take_oldest();
    if (!oldest) return false;
    counters_.dropped.count("buffer_full", oldest->size());
    log_.limited(telemetry::Level::error, "buffer_full",
                 "the oldest messages are lost: the buffer is full (buffer.max_size)");
    bytes_ -= oldest->bytes();
    buffer_.recycle(std::move(*oldest));
  }
  return true;
}

void Outlet::seal(Lane& lane) {
  buffer_.push(index_of(lane), std::exchange(lane.open, buffer_.blank()));
  // A batch that was full is followed by others: growing them step by step would copy each once more.
  const Batch& sealed = *buffer_.back(index_of(lane));
  if (sealed.size() >= hand_over_ || sealed.bytes() > config_.batch.max_bytes / 2)
    lane.open.reserve(sealed.bytes() + sealed.bytes() / 8, sealed.size());
  if (!lane.busy) lane.changed.notify();
}

Awaitable<> Outlet::deliver_lane(std::size_t index) {
  Lane& lane = lanes_[index];
  while (true) {
    co_await wait_for_batch(lane, index);
    lane.busy = true;
    co_await deliver_batch(lane, index);
    lane.busy = false;
    const std::size_t bytes = buffer_.front(index)->bytes();
    buffer_.pop(index);
    release(bytes);
  }
}

Awaitable<> Outlet::wait_for_batch(Lane& lane, std::size_t index) {
  while (buffer_.front(index) == nullptr) {
    if (!lane.open.empty()) {
      const bool due = !config_.encoding.joins() || draining_ ||
                       steady_clock::now() - lane.open.received(0) >= config_.batch.timeout;
      if (due) {
        seal(lane);
        continue;
      }
      if (!timing_) opened_batch_.notify();
    }
    co_await lane.changed.wait();
  }
}

Awaitable<> Outlet::seal_by_age() {
  Timer timer(reactor_.io());
  while (true) {
    auto deadline = steady_clock::time_point::max();
    const auto now = steady_clock::now();
    for (Lane& lane : lanes_) {
      if (lane.busy || lane.open.empty() || !config_.encoding.joins()) continue;  // a busy lane looks when it is done
      const auto due = lane.open.received(0) + config_.batch.timeout;
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

Awaitable<> Outlet::deliver_batch(Lane& lane, std::size_t index) {
  lane.first = 0;
  reactor::Backoff backoff(config_.request.retry_initial, config_.request.retry_max);
  while (true) {
    const Batch& batch = *buffer_.front(index);
    expire(lane, batch);
    if (lane.first == batch.size()) co_return;
    const Delivery delivery = co_await sink_->deliver(batch, lane.first, batch.size(), index);
    settle(lane, batch, delivery);
    if (delivery.outcome != Delivery::Outcome::retry) {
      backoff.reset();
      continue;
    }
    ++counters_.retries;
    const Duration wait = draining_ ? config_.request.retry_initial : pause(delivery, backoff);
    report(delivery, wait);
    lane.retry.expires_after(wait);
    error_code ignored;
    co_await lane.retry.async_wait(into(ignored));
  }
}

void Outlet::expire(Lane& lane, const Batch& batch) {
  if (!config_.buffer.max_age) return;
  const auto oldest = steady_clock::now() - *config_.buffer.max_age;
  std::uint64_t expired = 0;
  for (; lane.first < batch.size() && batch.received(lane.first) < oldest; ++lane.first) ++expired;
  if (expired == 0) return;
  counters_.expired += expired;
  log_.limited(telemetry::Level::error, "expired", "{} messages waited longer than buffer.max_age and are given up",
               expired);
}

void Outlet::settle(Lane& lane, const Batch& batch, const Delivery& delivery) {
  const bool all = delivery.outcome == Delivery::Outcome::confirmed;
  const std::size_t end = all ? batch.size() : std::min(batch.size(), lane.first + delivery.delivered);
  counters_.delivered += end - lane.first;
  const auto now = steady_clock::now();
  while (lane.first < end) {
    // Messages of one wake-up have one time of arrival.
    const auto received = batch.received(lane.first);
    std::size_t same = lane.first + 1;
    while (same < end && batch.received(same) == received) ++same;
    counters_.seconds.observe(now - received, same - lane.first);
    lane.first = same;
  }
  if (delivery.outcome == Delivery::Outcome::rejected) {
    const std::size_t rejected = std::min(delivery.rejected, batch.size() - lane.first);
    lane.first += rejected;
    counters_.dead_letters.count(delivery.reason, rejected);
    log_.limited(telemetry::Level::error, delivery.reason, "{} messages can never be delivered: {}", rejected,
                 delivery.text);
  }
  if (delivery.outcome != Delivery::Outcome::retry && std::exchange(failing_, false)) log_.info("delivering again");
}

Duration Outlet::pause(const Delivery& delivery, reactor::Backoff& backoff) const {
  const Duration own = backoff.next(reactor::random_number());
  // A service that says when knows better than our guess, which grows to minutes in a long outage.
  return delivery.retry_after ? std::max(config_.request.retry_initial, *delivery.retry_after) : own;
}

void Outlet::report(const Delivery& delivery, Duration pause) {
  failing_ = true;
  log_.limited(telemetry::Level::warn, delivery.reason, "cannot deliver: {}; {} messages wait, next try in {:.1f} s",
               delivery.text, counters_.backlog(), std::chrono::duration<double>(pause).count());
}

void Outlet::dead_letter(std::string_view reason, std::string_view text) {
  counters_.dead_letters.count(reason);
  log_.limited(telemetry::Level::error, reason, "a message can never be delivered: {}", text);
}

void Outlet::release(std::size_t bytes) {
  bytes_ -= bytes;
  if (!gate_.open() && bytes_ < high_water_ - high_water_ / 4) gate_.reopen();
  if (drained_ != nullptr) drained_->cancel();
}

Awaitable<std::uint64_t> Outlet::drain(Duration deadline) {
  draining_ = true;
  for (Lane& lane : lanes_) {
    lane.changed.notify();
    lane.retry.cancel();  // the service may be back, and there is no later
  }
  Timer timer(reactor_.io());
  const auto end = steady_clock::now() + deadline;
  drained_ = &timer;
  while (counters_.backlog() > 0 && steady_clock::now() < end) {
    timer.expires_at(end);
    error_code ignored;
    co_await timer.async_wait(into(ignored));
  }
  drained_ = nullptr;
  const std::uint64_t left = counters_.backlog();
  co_await sink_->stop(std::max<Duration>(std::chrono::duration_cast<Duration>(end - steady_clock::now()),
                                          std::chrono::milliseconds(200)));
  co_return left;
}

}  // namespace fieldgate::sink
