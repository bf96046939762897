// Outlet: the way of batches out of the buffer, to the sink.
#include <algorithm>
#include <utility>

#include <nlohmann/json.hpp>

#include "sink/outlet.hpp"

namespace fieldgate::sink {

using std::chrono::steady_clock;
using Outcome = Delivery::Outcome;
using Part = buffer::Buffer::Part;

namespace {

/// Dead letters that are written together; a whole batch may be refused at once.
constexpr std::size_t burial = 64;

/// How long a sink waits for its dead letters' disk: what can never be delivered must not stop the rest.
constexpr Duration burial_deadline = std::chrono::seconds(30);

/// Of the envelope: behind the brace. What a reader makes of the order of keys is nothing.
constexpr std::string_view late_mark = "\"late\":true,";

/// The device as the envelope names it; empty where there is no envelope.
std::string device_in(std::string_view record) {
  constexpr std::string_view before = ",\"device\":";
  const std::size_t at = record.find(before);  // the strings in front of it are ours, and escape their quotes
  if (at == std::string_view::npos) return {};
  const std::string_view quoted = record.substr(at + before.size());
  std::size_t end = 1;
  while (end < quoted.size() && quoted[end] != '"') end += quoted[end] == '\\' ? 2 : 1;
  const auto device = nlohmann::json::parse(quoted.substr(0, end + 1), nullptr, false);
  return device.is_string() ? device.get<std::string>() : std::string();
}

}  // namespace

Awaitable<> Outlet::deliver_lane(std::size_t index) {
  Lane& lane = lanes_[index];
  while (!stopped_) {
    const Which which = co_await wait_for_part(index);
    if (stopped_) co_return;
    lane.busy = true;
    co_await deliver_part(index, which);
    lane.busy = false;
  }
}

bool Outlet::is_due(const Lane& lane) const {
  return !config_.encoding.joins() || draining_ || steady_clock::now() - lane.open.received(0) >= config_.batch.timeout;
}

Awaitable<Outlet::Which> Outlet::wait_for_part(std::size_t index) {
  Lane& lane = lanes_[index];
  error_code ignored;
  while (!stopped_) {
    auto until = steady_clock::time_point::max();
    expire(index, Which::live);
    if (buffer_.at_hand(index, Which::live)) co_return Which::live;
    if (!lane.open.empty()) {
      if (is_due(lane)) {
        seal(lane);
        continue;
      }
      if (!timing_) opened_batch_.notify();
    }
    expire(index, Which::backlog);
    if (buffer_.at_hand(index, Which::backlog)) {
      if (lane.backlog_due <= steady_clock::now()) co_return Which::backlog;
      until = lane.backlog_due;
    }
    lane.wake.expires_at(until);
    co_await lane.wake.async_wait(into(ignored));
  }
  co_return Which::live;
}

Awaitable<> Outlet::deliver_part(std::size_t index, Which which) {
  co_await admission_.enter();
  Part part = next_part(index, which);
  if (!part) {
    admission_.withdraw();
    co_return;
  }
  lanes_[index].delivering = true;
  part.last = admission_.portion(*part.batch, part.first, part.last);
  const auto began = steady_clock::now();
  const Delivery delivery = co_await sink_->deliver(*part.batch, part.first, part.last, index);
  const Duration pause = admission_.leave(delivery, std::chrono::duration_cast<Duration>(steady_clock::now() - began));
  if (stopped_) co_return;
  if (delivery.outcome == Outcome::retry) {
    ++counters_.retries;
    report(delivery, pause);
  }
  co_await settle(index, which, part, delivery);
  lanes_[index].delivering = false;
  if (delivery.outcome != Outcome::retry && failing_) recovered();
}

Part Outlet::next_part(std::size_t index, Which which) {
  if (stopped_) return {};
  expire(index, which);  // it may have waited for its turn
  const Lane& lane = lanes_[index];
  std::size_t messages = lane.limit == 0 ? hand_over_ : lane.limit;
  if (which == Which::backlog && config_.buffer.backlog_rate) {
    const double each_second = std::max(1.0, config_.buffer.backlog_rate->per_second);
    messages = std::min(messages, static_cast<std::size_t>(std::min(each_second, 1e6)));
  }
  const std::string_view mark = config_.encoding.has_envelope() ? late_mark : std::string_view();
  return buffer_.part(index, which, messages, config_.batch.max_bytes, mark, late_until_);
}

void Outlet::expire(std::size_t index, Which which) {
  if (!config_.buffer.max_age) return;
  const auto oldest = steady_clock::now() - *config_.buffer.max_age;
  const bool others_wait = buffer_.inherits();
  std::uint64_t expired = 0;
  while (const Part part = buffer_.part(index, which, hand_over_, config_.batch.max_bytes, {}, 0)) {
    std::size_t record = part.first;
    while (record < part.last && part.batch->received(record) < oldest) ++record;
    const std::size_t old = record - part.first;
    const bool all = record == part.last;
    buffer_.settle(index, which, old);
    expired += old;
    if (!all) break;
  }
  if (expired == 0) return;
  lanes_[index].limit = lanes_[index].suspects = 0;
  counters_.expired += expired;
  log_.limited(telemetry::Level::error, "expired", "{} messages waited longer than buffer.max_age and are given up",
               expired);
  if (others_wait && !buffer_.inherits()) progress();
  watch_gate();
  moved();
  if (drained_ != nullptr) drained_->cancel();
}

/// What waits for its turn, for the service, or for its budget, does not keep its room for longer than it may.
Awaitable<> Outlet::expire_by_age() {
  const Duration period =
      std::clamp<Duration>(*config_.buffer.max_age / 4, std::chrono::milliseconds(10), std::chrono::minutes(1));
  while (!stopped_) {
    co_await reactor::sleep(period);
    for (std::size_t index = 0; index < lanes_.size(); ++index) {
      if (lanes_[index].delivering) continue;
      expire(index, Which::live);
      expire(index, Which::backlog);
    }
  }
}

Awaitable<> Outlet::settle(std::size_t index, Which which, const Part& part, const Delivery& delivery) {
  Lane& lane = lanes_[index];
  const bool all = delivery.outcome == Outcome::confirmed;
  const std::size_t delivered = all ? part.size() : std::min(part.size(), delivery.delivered);
  const std::size_t left = part.size() - delivered;
  std::size_t rejected = delivery.outcome == Outcome::rejected ? std::min(delivery.rejected, left) : 0;
  const bool divide = delivery.divisible && rejected > 1;
  if (divide) {
    lane.suspects = std::exchange(rejected, 0);
    lane.limit = lane.suspects / 2;
  } else if (rejected > 0) {
    co_await bury(part, part.first + delivered, rejected, delivery);
  }
  const std::size_t done = delivered + rejected;
  count_delivered(part, delivered);
  if (rejected > 0) counters_.dead_letters.count(delivery.reason, rejected);
  if (!divide) {
    lane.suspects -= std::min(lane.suspects, done);
    // What is tried again goes as it was, so that the service can know it again.
    lane.limit = delivery.outcome == Outcome::retry ? left : (lane.suspects + 1) / 2;
  }
  if (which == Which::backlog && config_.buffer.backlog_rate) {
    const std::chrono::duration<double> wait(static_cast<double>(done) / config_.buffer.backlog_rate->per_second);
    lane.backlog_due = steady_clock::now() + std::chrono::duration_cast<steady_clock::duration>(wait);
  }
  const bool others_wait = buffer_.inherits();
  buffer_.settle(index, which, done);
  if (others_wait && !buffer_.inherits()) progress();  // the other lanes may go
  watch_gate();
  if (done > 0) moved();
  if (drained_ != nullptr) drained_->cancel();
}

void Outlet::count_delivered(const Part& part, std::size_t records) {
  counters_.delivered += records;
  const std::size_t end = part.first + records;
  const auto now = steady_clock::now();
  for (std::size_t record = part.first; record < end;) {
    // Messages of one wake-up have one time of arrival.
    const auto received = part.batch->received(record);
    std::size_t same = record + 1;
    while (same < end && part.batch->received(same) == received) ++same;
    counters_.seconds.observe(now - received, same - record);
    record = same;
  }
}

Awaitable<> Outlet::bury(const Part& part, std::size_t first, std::size_t records, const Delivery& delivery) {
  log_.limited(telemetry::Level::error, delivery.reason,
               "cannot ever be delivered, kept as dead letters: {} of the messages (first: \"{}\"); {}", records,
               telemetry::escaped(part.batch->record(first), 120), delivery.text);
  const Instant now = Instant::now();
  const auto end = steady_clock::now() + burial_deadline;
  for (std::size_t record = first; record < first + records; ++record) {
    buffer::DeadLetter letter;
    letter.component = "sink " + name_;
    letter.reason = delivery.reason;
    letter.text = delivery.text;
    letter.record = part.batch->record(record);
    if (config_.encoding.has_envelope()) letter.device = device_in(letter.record);
    letter.key = part.batch->key(record);
    letter.received = now.wall - std::chrono::duration_cast<Duration>(now.steady - part.batch->received(record));
    letter.receipt = part.batch->epoch() == epoch_ ? part.batch->receipt(record) : 0;
    letter.epoch = part.batch->epoch();
    dead_letters_.add(std::move(letter));
    // Only what is on disk as a dead letter may leave the buffer.
    const bool pause = record + 1 == first + records || (record - first) % burial == burial - 1;
    if (!pause) continue;
    const auto rest = std::chrono::duration_cast<Duration>(end - steady_clock::now());
    co_await dead_letters_.flushed(std::max(rest, Duration(0)));
  }
}

void Outlet::recovered() {
  failing_ = false;
  late_until_ = last_receipt_;
  log_.info("delivering again");
  if (config_.buffer.order != buffer::Order::live_first) return;
  for (std::size_t index = 0; index < lanes_.size(); ++index) {
    buffer_.demote(index);
    lanes_[index].wake.cancel();
  }
}

void Outlet::report(const Delivery& delivery, Duration pause) {
  failing_ = true;
  late_until_ = last_receipt_;
  log_.limited(telemetry::Level::warn, delivery.reason, "cannot deliver: {}; {} messages wait, next try in {:.1f} s",
               delivery.text, backlog(), std::chrono::duration<double>(pause).count());
}

bool Outlet::is_finished() const {
  if (backlog() == 0) return true;
  const bool is_safe = buffer_.is_disk() && open_bytes_ == 0 && buffer_.unstored_bytes() == 0;
  return is_safe && (admission_.failing() || admission_.held());
}

Awaitable<Outlet::Left> Outlet::drain(Duration deadline) {
  const auto end = steady_clock::now() + deadline;
  draining_ = true;
  for (Lane& lane : lanes_) {
    if (buffer_.is_disk() && !lane.open.empty()) seal(lane);
    lane.wake.cancel();
  }
  admission_.hurry();  // the service may be back, and there is no later
  Timer timer(reactor_.io());
  drained_ = &timer;
  while (!is_finished() && steady_clock::now() < end) {
    timer.expires_at(end);
    error_code ignored;
    co_await timer.async_wait(into(ignored));
  }
  drained_ = nullptr;
  stopped_ = true;
  for (Lane& lane : lanes_) lane.wake.cancel();
  const auto rest = [end] {
    return std::max<Duration>(std::chrono::duration_cast<Duration>(end - steady_clock::now()),
                              std::chrono::milliseconds(200));
  };
  co_await sink_->stop(rest());
  co_await close_buffer(rest());
  co_return Left{backlog(), buffer_.is_disk() ? buffer_.unstored_messages() : backlog()};
}

Awaitable<> Outlet::close_buffer(Duration deadline) {
  auto closed = std::make_shared<bool>(false);
  auto timer = std::make_shared<Timer>(reactor_.io(), deadline);
  buffer_.close([closed, timer] {
    *closed = true;
    timer->cancel();
  });
  error_code ignored;
  if (!*closed) co_await timer->async_wait(into(ignored));
}

}  // namespace fieldgate::sink
