// The life of the dead letters' file: opened, written to, opened again after errors, closed.
#include "buffer/dead_letters_state.hpp"

#include <algorithm>

namespace fieldgate::buffer {

using std::chrono::steady_clock;

namespace {

constexpr auto trim_interval = std::chrono::hours(1);
constexpr auto most_ages = 20;  // a short max_age is looked at this often within it

}  // namespace

DeadLetterDisk::Opened DeadLetterDisk::replace(const Error& why) {
  file.reset();
  const auto aside = set_aside(path, Instant::now().wall);
  if (!aside) return {Error{"io", why.text + "; " + aside.error().text}, ""};
  Opened opened{{}, why.text + "; it is now " + aside->string()};
  Result<DeadLetterFile> fresh = DeadLetterFile::open(path, bounds);
  if (fresh) {
    file.emplace(std::move(*fresh));
  } else {
    opened.result = fresh.error();
  }
  return opened;
}

DeadLetterDisk::Opened DeadLetterDisk::open(const std::optional<Error>& last) {
  file.reset();
  if (last && last->reason == "corrupt") return replace(*last);
  Result<DeadLetterFile> opened = DeadLetterFile::open(path, bounds);
  if (!opened) return opened.error().reason == "corrupt" ? replace(opened.error()) : Opened{opened.error(), ""};
  file.emplace(std::move(*opened));
  const Result<void> whole = last ? file->checkpoint() : Result<void>();
  if (whole) return {};
  if (whole.error().reason == "corrupt") return replace(whole.error());
  file.reset();
  return {whole, ""};
}

DeadLetters::State::State(reactor::Reactor& on, std::filesystem::path where, const DeadLetterOptions& wanted, Epoch run,
                          telemetry::Metrics& metrics, telemetry::Log to, std::function<void()> tell)
    : reactor(on),
      file(std::move(where)),
      epoch(run),
      log(std::move(to)),
      removed(metrics, "fieldgate_dead_letters_removed_total", {},
              "Dead letters that are kept no more, by the reason."),
      lost(metrics.counter("fieldgate_dead_letters_lost_total", {}, "Dead letters that could not be kept.")),
      moved(std::move(tell)),
      disk(std::make_shared<DeadLetterDisk>()),
      worker(std::make_unique<reactor::Worker>(on)),
      backoff(std::chrono::seconds(1), std::chrono::minutes(1)),
      wake(on.io()),
      progress(on.io()),
      alarm(on.io()),
      kept(on.io()) {
  disk->path = file;
  disk->bounds = {wanted.max_size, wanted.max_age};
}

std::string_view DeadLetters::State::refusal(std::size_t weight) const {
  if (file.empty()) return "there is no data_dir to keep it in";
  if (closed || gone) return "the gateway stops";
  if (weight > disk->bounds.max_size) return "it is larger than dead_letters.max_size";
  if (waiting.empty() && writing->empty()) return {};  // at least one, however large
  if (failing && (waiting_bytes + weight > max_failing_bytes || added - settled >= max_failing_letters)) {
    return "the disk does not take it, and memory holds as many as it may";
  }
  if (waiting_bytes + weight > max_waiting_bytes) return "the disk is too slow for so many";
  return {};
}

void DeadLetters::State::abandon() {
  gone = true;
  is_open = false;
  worker.reset();
  alarm.cancel();
  wake.notify();
  kept.notify();
  moved = [] {};
}

void DeadLetters::State::wake_at(steady_clock::time_point time) {
  alarm.expires_at(time);
  alarm.async_wait([weak = weak_from_this()](const error_code& ec) {
    const auto self = weak.lock();
    if (!ec && self) self->wake.notify();
  });
}

Awaitable<> DeadLetters::State::progress_until(std::shared_ptr<State> self, steady_clock::time_point end) {
  Timer timer(self->reactor.io(), end);
  timer.async_wait([weak = std::weak_ptr<State>(self)](const error_code& ec) {
    const auto state = weak.lock();
    if (!ec && state) state->progress.notify();
  });
  co_await self->progress.wait();
}

Awaitable<> DeadLetters::State::work(std::shared_ptr<State> self) {
  while (!self->gone && !self->closed) {
    const auto now = steady_clock::now();
    const bool to_write = !self->waiting.empty() || !self->writing->empty();
    if (!self->is_open && self->closing && !to_write) {
      self->closed = true;
      self->progress.notify();
    } else if (!self->is_open && now >= self->retry_at) {
      co_await self->open();
    } else if (self->is_open && (to_write || now >= self->trim_at)) {
      co_await self->write();
    } else if (self->is_open && !self->kept_ids.empty()) {
      co_await self->remove_kept();
    } else if (self->is_open && self->closing) {
      co_await self->shut();
    } else if (Taker* taker = self->next_taker(now); taker != nullptr) {
      co_await self->hand_back(*taker);
    } else {
      self->wake_at(self->next_turn());
      co_await self->wake.wait();
    }
  }
}

steady_clock::time_point DeadLetters::State::next_turn() const {
  if (!is_open) return retry_at;
  auto next = trim_at;
  for (const Taker& taker : takers) {
    if (taker.marked && taker.handed == 0) next = std::min(next, taker.again);
  }
  return next;
}

Awaitable<> DeadLetters::State::open() {
  struct Outcome {
    DeadLetterDisk::Opened opened;
    DeadLetterTotals totals;
  };
  const auto outcome = std::make_shared<Outcome>();
  std::function<void()> job = [outcome, disk = disk, last = last_error] {
    outcome->opened = disk->open(last);
    if (disk->file) outcome->totals = disk->file->totals();
  };
  co_await worker->run(std::move(job));
  if (!outcome->opened.damage.empty()) {
    log.error("{}: the file of the dead letters is damaged: {}", file.string(), outcome->opened.damage);
    removed.count("corrupt", std::max<std::uint64_t>(std::exchange(on_disk, {}).letters, 1));
    kept_ids.clear();
    handed.clear();
    for (Taker& taker : takers) taker.handed = 0;
    last_error.reset();
  }
  if (!outcome->opened.result) {
    failed(outcome->opened.result.error());
    co_return;
  }
  last_error.reset();
  is_open = true;
  on_disk = outcome->totals;
  trim_at = steady_clock::now();
  progress.notify();
}

void DeadLetters::State::failed(const Error& error) {
  is_open = false;
  const bool damaged = error.reason == "corrupt" && !failing;  // that is mended at once
  retry_at = damaged ? steady_clock::now() : steady_clock::now() + backoff.next(reactor::random_number());
  failing = true;
  last_error = error;
  log.limited(telemetry::Level::error, error.reason, "{}: {}; dead letters wait in memory, it is tried again",
              file.string(), error.text);
  wake.notify();
  progress.notify();
}

Awaitable<> DeadLetters::State::write() {
  struct Outcome {
    Result<DeadLetterFile::Removed> removed = DeadLetterFile::Removed();
    DeadLetterTotals totals;
  };
  if (writing->empty()) writing = std::make_shared<const std::vector<DeadLetter>>(std::exchange(waiting, {}));
  const auto outcome = std::make_shared<Outcome>();
  std::function<void()> job = [outcome, disk = disk, letters = writing] {
    outcome->removed = disk->file->insert(*letters, Instant::now().wall);
    outcome->totals = disk->file->totals();
  };
  co_await worker->run(std::move(job));
  if (!outcome->removed) {
    failed(outcome->removed.error());
    co_return;
  }
  if (std::exchange(failing, false)) log.info("{}: the disk takes dead letters again", file.string());
  backoff.reset();
  on_disk = outcome->totals;
  trim_at = steady_clock::now() + std::min<Duration>(trim_interval, disk->bounds.max_age / most_ages);
  const auto [by_size, by_age] = *outcome->removed;
  if (by_size > 0) {
    removed.count("max_size", by_size);
    log.limited(telemetry::Level::warn, "max_size", "the oldest dead letters are gone: dead_letters.max_size");
  }
  if (by_age > 0) removed.count("max_age", by_age);
  settle_written();
}

void DeadLetters::State::settle_written() {
  for (const DeadLetter& letter : *writing) waiting_bytes -= DeadLetterFile::weight(letter);
  settled += writing->size();
  writing = std::make_shared<const std::vector<DeadLetter>>();
  lowest = all_settled;
  for (const DeadLetter& letter : waiting) lowest = std::min(lowest, open_receipt(letter));
  moved();
  kept.notify();
  progress.notify();
}

Awaitable<> DeadLetters::State::shut() {
  std::function<void()> job = [disk = disk] { disk->file.reset(); };
  co_await worker->run(std::move(job));
  is_open = false;
  closed = waiting.empty();
  progress.notify();
}

}  // namespace fieldgate::buffer
