// DeadLetters: collecting letters on the reactor, and handing them to the thread that writes.
#include "buffer/dead_letters.hpp"

#include <algorithm>
#include <utility>

#include "buffer/dead_letters_state.hpp"

namespace fieldgate::buffer {

DeadLetterOptions DeadLetterOptions::read(config::Section& root) {
  DeadLetterOptions options;
  root.section("dead_letters", "Messages that can never be delivered, kept in the data_dir.", [&](config::Section& s) {
    options.max_size = s.size("max_size", options.max_size, "Above it the oldest go.", {64 * 1024});
    options.max_age = s.duration("max_age", options.max_age, "Older ones go.", std::chrono::seconds(1));
  });
  return options;
}

DeadLetters::DeadLetters(reactor::Reactor& reactor, std::filesystem::path file, const DeadLetterOptions& options,
                         Epoch epoch, telemetry::Metrics& metrics, telemetry::Log log)
    : state_(std::make_shared<State>(reactor, std::move(file), options, epoch, metrics, std::move(log),
                                     [this] { moved(); })) {
  const std::weak_ptr<State> state = state_;
  metrics.gauge("fieldgate_dead_letters", {}, "Dead letters that are kept.", [state] {
    const auto alive = state.lock();
    return alive ? static_cast<double>(alive->totals().letters) : 0.0;
  });
  metrics.gauge("fieldgate_dead_letters_bytes", {}, "Their bytes.", [state] {
    const auto alive = state.lock();
    return alive ? static_cast<double>(alive->totals().bytes) : 0.0;
  });
  if (!state_->file.empty()) reactor.spawn(State::work(state_));
}

DeadLetters::~DeadLetters() { state_->abandon(); }

void DeadLetters::add(DeadLetter letter) {
  State& state = *state_;
  letter.died = Instant::now().wall;
  if (letter.epoch == 0) letter.epoch = state.epoch;
  if (letter.text.size() > State::max_text) letter.text.resize(State::max_text);
  const std::size_t weight = DeadLetterFile::weight(letter);
  if (std::string_view why = state.refusal(weight); !why.empty()) {
    ++state.lost;
    state.log.limited(telemetry::Level::error, "lost", "a dead letter of {} ({}) is lost: {}", letter.component,
                      letter.reason, why);
    return;
  }
  state.lowest = std::min(state.lowest, state.open_receipt(letter));
  state.waiting_bytes += weight;
  ++state.added;
  state.waiting.push_back(std::move(letter));
  state.wake.notify();
}

Receipt DeadLetters::open_from(After after) const { return after == After::received ? all_settled : state_->lowest; }

DeadLetterTotals DeadLetters::totals() const { return state_->totals(); }

Awaitable<> DeadLetters::flushed(Duration deadline) {
  const auto state = state_;
  const std::uint64_t until = state->added;
  const auto end = std::chrono::steady_clock::now() + deadline;
  while (state->settled < until && std::chrono::steady_clock::now() < end) co_await State::progress_until(state, end);
}

Awaitable<> DeadLetters::close(Duration deadline) {
  const auto state = state_;
  if (state->file.empty()) co_return;
  const auto end = std::chrono::steady_clock::now() + deadline;
  state->closing = true;
  state->retry_at = {};
  state->wake.notify();
  while (!state->closed && std::chrono::steady_clock::now() < end) co_await State::progress_until(state, end);
  if (state->closed) co_return;
  const std::uint64_t left = state->added - state->settled;
  if (left > 0) {
    state->lost += left;
    state->log.error("{} dead letters are lost: the disk did not take them before the gateway stopped", left);
  }
  state->abandon();
}

Awaitable<Result<std::vector<DeadLetter>>> DeadLetters::list(Query query) {
  using Answer = Result<std::vector<DeadLetter>>;
  const std::function<Answer(DeadLetterFile&)> work = [query = std::move(query)](DeadLetterFile& file) {
    return file.list(query);
  };
  co_return co_await State::ask(state_, work);
}

Awaitable<Result<std::uint64_t>> DeadLetters::purge(Query query) {
  const auto state = state_;
  const std::function<Result<std::uint64_t>(DeadLetterFile&)> work = [query = std::move(query)](DeadLetterFile& file) {
    return file.purge(query);
  };
  const Result<std::uint64_t> gone = co_await State::ask(state, work);
  if (gone) state->removed.count("purged", *gone);
  co_return gone;
}

Awaitable<Result<DeadLetters::Replayed>> DeadLetters::replay(Query query) {
  const auto state = state_;
  const std::function<Result<Replayed>(DeadLetterFile&)> work =
      [query = std::move(query), known = state->known()](DeadLetterFile& file) -> Result<Replayed> {
    const auto counts = file.count(query);
    if (!counts) return counts.error();
    Replayed replayed;
    for (const auto& [component, letters] : *counts) {
      if (!can_be_replayed(component)) {
        replayed.frames += letters;
      } else if (std::find(known.begin(), known.end(), component) == known.end()) {
        replayed.absent += letters;
      } else {
        const Result<std::uint64_t> marked = file.mark(query, component);
        if (!marked) return marked.error();
        replayed.marked += *marked;
      }
    }
    return replayed;
  };
  const Result<Replayed> replayed = co_await State::ask(state, work);
  if (replayed && replayed->marked > 0) state->look_for_marked();
  co_return replayed;
}

void DeadLetters::on_replay(const std::string& component, Take take, Settling& keeper, After after) {
  keeper.watch(state_->kept);
  state_->takers.push_back({component, std::move(take), &keeper, after});
  state_->wake.notify();
}

}  // namespace fieldgate::buffer
