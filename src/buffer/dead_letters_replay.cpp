// Dead letters on their way back: handed to their component, removed once it has stored them.
#include <algorithm>

#include "buffer/dead_letters_state.hpp"

namespace fieldgate::buffer {

using std::chrono::steady_clock;

std::vector<std::string> DeadLetters::State::known() const {
  std::vector<std::string> names;
  for (const Taker& taker : takers) names.push_back(taker.component);
  return names;
}

void DeadLetters::State::look_for_marked() {
  for (Taker& taker : takers) taker.marked = true;
  wake.notify();
}

DeadLetters::State::Taker* DeadLetters::State::next_taker(steady_clock::time_point now) {
  if (!is_open) return nullptr;
  const auto next = std::find_if(takers.begin(), takers.end(), [now](const Taker& taker) {
    return taker.marked && taker.handed == 0 && taker.again <= now;
  });
  return next == takers.end() ? nullptr : &*next;
}

Awaitable<> DeadLetters::State::hand_back(Taker& taker) {
  using Letters = Result<std::vector<DeadLetter>>;
  const auto letters = std::make_shared<Letters>(std::vector<DeadLetter>());
  taker.marked = false;  // unless more are marked meanwhile
  std::function<void()> job = [letters, disk = disk, component = taker.component] {
    *letters = disk->file->marked(component);
  };
  co_await worker->run(std::move(job));
  if (!*letters) {
    taker.marked = true;
    failed(letters->error());
    co_return;
  }
  hand_over(taker, **letters);
  if (!handed.empty() && !std::exchange(following, true)) reactor.spawn(follow_handed(shared_from_this()));
}

void DeadLetters::State::hand_over(Taker& taker, const std::vector<DeadLetter>& letters) {
  for (const DeadLetter& letter : letters) {
    taker.marked = true;  // there may be more behind these
    const Receipt receipt = taker.take(letter);
    if (receipt == 0) {
      taker.again = steady_clock::now() + std::chrono::seconds(1);
      return;
    }
    handed.push_back({letter.id, receipt, &taker});
    ++taker.handed;
  }
}

Awaitable<> DeadLetters::State::follow_handed(std::shared_ptr<State> self) {
  while (!self->gone && !self->handed.empty()) {
    const auto open = [&](const Handed& letter) {
      return std::min(letter.taker->keeper->open_from(letter.taker->after), self->lowest) <= letter.receipt;
    };
    const auto stored = std::partition(self->handed.begin(), self->handed.end(), open);
    for (auto letter = stored; letter != self->handed.end(); ++letter) {
      self->kept_ids.push_back(letter->id);
      --letter->taker->handed;
    }
    self->handed.erase(stored, self->handed.end());
    if (!self->kept_ids.empty()) self->wake.notify();
    if (!self->handed.empty()) co_await self->kept.wait();
  }
  self->following = false;
}

Awaitable<> DeadLetters::State::remove_kept() {
  struct Outcome {
    Result<std::uint64_t> gone = std::uint64_t{0};
    DeadLetterTotals totals;
  };
  const auto outcome = std::make_shared<Outcome>();
  std::function<void()> job = [outcome, disk = disk, ids = kept_ids] {
    outcome->gone = disk->file->erase(ids);
    outcome->totals = disk->file->totals();
  };
  const std::size_t asked = kept_ids.size();
  co_await worker->run(std::move(job));
  if (!outcome->gone) {
    failed(outcome->gone.error());
    co_return;
  }
  kept_ids.erase(kept_ids.begin(), kept_ids.begin() + static_cast<std::ptrdiff_t>(asked));
  on_disk = outcome->totals;
  removed.count("replayed", *outcome->gone);
}

}  // namespace fieldgate::buffer
