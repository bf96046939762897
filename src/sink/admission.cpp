// Admission: a queue before the service, and what opens it.
#include "sink/admission.hpp"

#include <algorithm>
#include <list>

#include "config/node.hpp"
#include "sink/circuit.hpp"
#include "sink/concurrency.hpp"
#include "sink/spending.hpp"

namespace fieldgate::sink {

namespace {

using std::chrono::steady_clock;
using Time = steady_clock::time_point;

/// The schedule goes by the wall clock, which may be set at any time: it is looked at again after so long.
constexpr Duration look_again = std::chrono::seconds(10);

void check_budget(config::Section& sink) {
  const config::Node* type = sink.node("type");
  if (type == nullptr || !sink.has("budget")) return;
  if (type->text == "file" || type->text == "console") {
    sink.error("budget", "counts bytes written to a network; a sink of type " + type->text + " has none");
  }
}

}  // namespace

FlowOptions FlowOptions::read(config::Section& sink) {
  FlowOptions options;
  const auto budget = sink.optional_text(
      "budget", "Bytes that may be written to the network in a period, like 5MiB/d; spent: messages wait.");
  if (budget && *budget != "none") {
    if (auto parsed = Budget::Options::parse(*budget)) {
      options.budget = *parsed;
    } else {
      sink.error("budget", parsed.error().text);
    }
    check_budget(sink);
  }
  options.schedule = Schedule::read(sink);
  return options;
}

struct Admission::State {
  State(const Context& context, const FlowOptions& options, std::filesystem::path file)
      : reactor(context.reactor),
        log(context.log),
        circuit(context.request.retry_initial, context.request.retry_max),
        concurrency(context.request.concurrency),
        schedule(options.schedule) {
    if (options.budget) spending.emplace(*options.budget, std::move(file), context.log);
  }

  /// When the front of the queue may go, as far as is known now; the far end of time where an event must come first.
  Time next(Time now) {
    if (under_way >= concurrency.limit()) return Time::max();
    return std::max(circuit.next(), next_of_holds(now));
  }

  /// Budget and schedule alone.
  Time next_of_holds(Time now) {
    Time time = spending ? spending->next(now) : now;
    if (schedule.always()) return time;
    const Duration wait = schedule.until_open(Instant::now().wall);
    return std::max(time, now + std::min(wait, look_again));
  }

  void wake() {
    if (!queue.empty()) queue.front().cancel();
  }

  Awaitable<> wait_at_front(Timer& timer);

  reactor::Reactor& reactor;
  telemetry::Log log;
  Circuit circuit;
  Concurrency concurrency;
  Schedule schedule;
  std::optional<Spending> spending;
  std::size_t under_way = 0;
  std::list<Timer> queue;  // of those who wait to enter; only the front looks at anything but its place
};

Awaitable<> Admission::State::wait_at_front(Timer& timer) {
  error_code ignored;
  while (true) {
    const Time now = steady_clock::now();
    const Time at = &timer == &queue.front() ? next(now) : Time::max();
    if (at <= now) {
      if (!spending || !spending->must_save()) co_return;
      co_await spending->save(reactor);
      continue;
    }
    if (&timer == &queue.front() && under_way < concurrency.limit() && next_of_holds(now) > now) {
      log.limited(telemetry::Level::info, "held", "waits for its budget or schedule");
    }
    timer.expires_at(at);
    co_await timer.async_wait(into(ignored));
  }
}

Admission::Admission(const Context& context, const FlowOptions& options, std::filesystem::path budget_file)
    : state_(std::make_unique<State>(context, options, std::move(budget_file))) {
  State* state = state_.get();
  context.metrics.gauge("fieldgate_sink_concurrency", {{"sink", context.name}}, "Deliveries that may be under way.",
                        [state] { return static_cast<double>(state->concurrency.limit()); });
  if (!state->spending) return;
  context.metrics.gauge("fieldgate_sink_budget_left_bytes", {{"sink", context.name}},
                        "Bytes of the budget that may be written now.",
                        [state] { return static_cast<double>(state->spending->left(steady_clock::now())); });
}

Admission::~Admission() = default;

Awaitable<> Admission::enter() {
  State& state = *state_;
  const auto place = state.queue.emplace(state.queue.end(), state.reactor.io());
  co_await state.wait_at_front(*place);
  state.queue.erase(place);
  state.circuit.enter();
  ++state.under_way;
  state.wake();
}

std::size_t Admission::portion(const Batch& batch, std::size_t first, std::size_t last) {
  if (!state_->spending) return last;
  const std::uint64_t room = state_->spending->records_now(steady_clock::now());
  std::uint64_t bytes = batch.record(first).size() + batch.key(first).size();
  std::size_t end = first + 1;
  for (; end < last; ++end) {
    const std::uint64_t more = batch.record(end).size() + batch.key(end).size();
    if (bytes + more > room) break;
    bytes += more;
  }
  state_->spending->begin(bytes);
  return end;
}

Duration Admission::leave(const Delivery& delivery, Duration took) {
  State& state = *state_;
  const Time now = steady_clock::now();
  const Time began = now - took;
  const bool failed = delivery.outcome == Delivery::Outcome::retry;
  --state.under_way;
  if (state.spending) state.spending->end(delivery.sent, delivery.outcome == Delivery::Outcome::confirmed, now);
  if (delivery.overloaded) {
    state.concurrency.overloaded(began, now);
  } else if (!failed) {
    state.concurrency.good(began, now);
  }
  const Circuit::Result result{failed, delivery.delivered > 0, delivery.retry_after};
  const Duration wait = state.circuit.leave(result, began, now, reactor::random_number());
  state.wake();
  return wait;
}

void Admission::withdraw() {
  --state_->under_way;
  state_->circuit.withdraw();
  state_->wake();
}

void Admission::hurry() {
  state_->circuit.hurry();
  state_->wake();
}

bool Admission::failing() const { return state_->circuit.failing(); }

bool Admission::held() const {
  const Time now = steady_clock::now();
  return state_->next_of_holds(now) > now;
}

}  // namespace fieldgate::sink
