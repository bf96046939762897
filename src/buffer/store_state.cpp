// Store::State: what waits to be done in the file, and one job of it at a time.
#include "buffer/store_state.hpp"

#include <algorithm>
#include <iterator>

namespace fieldgate::buffer {
namespace {

using namespace std::chrono_literals;

constexpr Duration max_backoff = 5s;
constexpr std::size_t group_bytes = 4 * 1024 * 1024;  // of batches in one transaction: keeps commits short

}  // namespace

void Store::State::pump() {
  if (busy || closed) return;
  if (!opened) {
    if (may_try) open();
    return;
  }
  const bool loads_now = !loads.empty() && may_load;
  if (write_due() && !(loads_now && wrote_last)) return write();
  if (loads_now) return load();
  if (closing && may_try) shut();
}

void Store::State::open() {
  start<Found>([](StoreFile& f) { return f.open(); },
               [this](Result<Found>& found) {
                 if (!found) return fail(found.error());
                 opened = true;
                 inserted = reported = found->next - 1;
                 listener.opened(*found);
                 recovered();
               });
}

bool Store::State::write_due() const {
  if (!may_try) return false;
  const bool erase_now = !erases.empty() && (erases_due || closing || !failure.empty());
  return !inserts.empty() || !trims.empty() || erase_now || reported < inserted || !failure.empty();
}

/// On a full disk what is deleted goes first and alone: it may make the room that the rest needs.
void Store::State::write() {
  wrote_last = true;
  auto group = std::make_shared<StoreGroup>();
  group->erased = std::exchange(erases, {});
  erases_due = false;
  const bool only_erase = failure == "disk_full" && (!group->erased.empty() || !trims.empty());
  std::size_t bytes = 0;
  while (!only_erase && !inserts.empty() && bytes < group_bytes) {
    bytes += inserts.front().batch->bytes();
    group->rows.push_back(std::move(inserts.front()));
    inserts.pop_front();
  }
  const bool trims_now = !trims.empty();
  if (trims_now) group->trim = trims.front().range;
  start<bool>(
      [group](StoreFile& f) -> Result<bool> {
        if (Result<void> written = f.write(*group); !written) return written.error();
        return true;
      },
      [this, group, trims_now](Result<bool>& done) {
        if (done) return wrote(*group, trims_now);
        put_back(*group);
        fail(done.error());
      });
}

void Store::State::wrote(StoreGroup& group, bool trimmed) {
  if (!group.rows.empty() || (inserts.empty() && !load_fails)) recovered();
  // Whatever is not written yet stands in `inserts`, by rising ids.
  const RowId last = inserts.empty() ? inserted : inserts.front().id - 1;
  reported = std::max(reported, last);
  listener.committed(reported);  // also where nothing new was: the thread is idle again
  if (!trimmed) return;
  const Trim trim = std::move(trims.front());
  trims.pop_front();
  trim.then(group.trimmed);
}

void Store::State::put_back(StoreGroup& group) {
  if (!group.rows.empty()) uncertain = std::max(uncertain, group.rows.back().id);
  // What was settled meanwhile is not written again; it may have been, so its erase stays.
  std::erase_if(group.rows,
                [this](const Row& row) { return std::find(erases.begin(), erases.end(), row.id) != erases.end(); });
  inserts.insert(inserts.begin(), std::make_move_iterator(group.rows.begin()),
                 std::make_move_iterator(group.rows.end()));
  erases.insert(erases.begin(), group.erased.begin(), group.erased.end());
}

void Store::State::load() {
  wrote_last = false;
  const StoreRange range = loads.front().range;
  start<StorePage>([range](StoreFile& f) { return f.read(range); },
                   [this](Result<StorePage>& page) {
                     may_load = bool(page);
                     load_fails = !page;
                     if (!page) return fail(page.error());
                     if (inserts.empty()) recovered();
                     loaded(*page);
                   });
}

void Store::State::loaded(StorePage& page) {
  Load& front = loads.front();
  erases.insert(erases.end(), page.damaged.begin(), page.damaged.end());
  if (!page.damaged.empty()) wake_after(erase_timer, erase_delay, [](State& s) { s.erases_due = true; });
  std::vector<RowId> settled = erases;
  std::sort(settled.begin(), settled.end());
  std::erase_if(page.rows,
                [&settled](const Row& row) { return std::binary_search(settled.begin(), settled.end(), row.id); });
  if (page.rows.empty() && !page.end) {
    front.range.after = page.read_to;
    return;
  }
  const Load load = std::move(front);
  loads.pop_front();
  load.then(std::move(page.rows), page.end);
}

void Store::State::shut() {
  const std::function<void()> then = std::move(closing);
  closing = nullptr;
  start<bool>(
      [](StoreFile& f) -> Result<bool> {
        f.close();
        return true;
      },
      [this, then](Result<bool>&) {
        closed = true;
        then();
      });
}

void Store::State::fail(const Error& error) {
  may_try = false;
  wake_after(backoff_timer, backoff, [](State& s) { s.may_try = s.may_load = true; });
  backoff = std::min(backoff * 2, max_backoff);
  if (error.reason != "disk_full") give_up_trims();
  if (failure == error.reason) return;
  failure = error.reason;
  listener.failing(error);
}

/// Nothing goes while the disk refuses to write at all; whoever waits for it may read meanwhile.
void Store::State::give_up_trims() {
  for (const Trim& trim : std::exchange(trims, {})) {
    trim.then({.lane = trim.range.lane, .first = trim.range.after, .last = trim.range.after});
  }
}

void Store::State::recovered() {
  backoff = first_backoff;
  if (failure.empty()) return;
  failure = {};
  listener.healthy();
}

void Store::State::report(const std::vector<StoreDamage>& damage) {
  for (const StoreDamage& one : damage) listener.damaged(one.lane, one.messages, one.text);
}

void Store::State::wake_after(Timer& timer, Duration delay, void (*then)(State&)) {
  timer.expires_after(delay);
  timer.async_wait([weak = weak_from_this(), then](error_code error) {
    const std::shared_ptr<State> self = weak.lock();
    if (error || !self) return;
    then(*self);
    self->pump();
  });
}

}  // namespace fieldgate::buffer
