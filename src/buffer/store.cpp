// Store: what waits to be done in the file, and one job of it at a time.
#include "buffer/store.hpp"

#include <algorithm>
#include <deque>
#include <utility>

#include "buffer/store_file.hpp"
#include "message/time.hpp"
#include "reactor/reactor.hpp"

namespace fieldgate::buffer {
namespace {

using namespace std::chrono_literals;

constexpr Duration erase_delay = 200ms;  // how long an erase may wait for a commit that is due anyway
constexpr Duration first_backoff = 100ms;
constexpr Duration max_backoff = 5s;
constexpr std::size_t group_bytes = 4 * 1024 * 1024;  // of batches in one transaction: keeps commits short

}  // namespace

/// All of it is on the reactor's thread. A job owns what it works on, and is alone: the file needs no lock.
struct Store::State : std::enable_shared_from_this<State> {
  struct Load {
    StoreRange range;
    Loaded then;
  };
  struct Trim {
    StoreRange range;
    Trimmed then;
  };

  State(reactor::Reactor& reactor, std::filesystem::path path, std::size_t max_size, Epoch epoch, Listener& to)
      : listener(to),
        file(std::make_shared<StoreFile>(std::move(path), max_size, epoch)),
        erase_timer(reactor.io()),
        backoff_timer(reactor.io()),
        worker(reactor) {}

  void pump();
  void open();
  bool write_due() const;
  void write();
  void wrote(StoreGroup& group, bool trimmed);
  void put_back(StoreGroup& group);
  void load();
  void loaded(StorePage& page);
  void shut();
  void fail(const Error& error);
  void give_up_trims();
  void recovered();
  void report(const std::vector<StoreDamage>& damage);
  void wake_after(Timer& timer, Duration delay, void (*then)(State&));

  /// Runs `job` on the thread, then `done` here with its result, and goes on.
  template <class T>
  void start(std::function<Result<T>(StoreFile&)> job, std::function<void(Result<T>&)> done);

  Listener& listener;
  std::shared_ptr<StoreFile> file;
  std::deque<Row> inserts;  // not written, by rising ids
  std::vector<RowId> erases;
  std::deque<Load> loads;
  std::deque<Trim> trims;
  std::function<void()> closing;
  RowId inserted = 0;   // the last id
  RowId reported = 0;   // as committed
  RowId uncertain = 0;  // rows up to it may have been written although their commit failed
  bool opened = false;
  bool busy = false;
  bool wrote_last = false;
  bool erases_due = false;
  bool may_try = true;  // false while the back-off runs
  bool load_fails = false;
  bool may_load = true;  // false while it runs because not even reading works
  bool closed = false;
  Duration backoff = first_backoff;
  std::string_view failure;  // the reason; empty: healthy
  Timer erase_timer;
  Timer backoff_timer;
  reactor::Worker worker;
};

template <class T>
void Store::State::start(std::function<Result<T>(StoreFile&)> job, std::function<void(Result<T>&)> done) {
  struct Outcome {
    std::optional<Result<T>> result;
    std::vector<StoreDamage> damage;
  };
  busy = true;
  auto outcome = std::make_shared<Outcome>();
  worker.run(
      [file = file, outcome, job = std::move(job)] {
        outcome->result = job(*file);
        outcome->damage = file->take_damage();
      },
      [this, outcome, done = std::move(done)] {
        const std::shared_ptr<State> keep = shared_from_this();  // a callback may end the store
        busy = false;
        report(outcome->damage);
        done(*outcome->result);
        pump();
      });
}

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
    const std::shared_ptr<State> state = weak.lock();
    if (error || !state) return;
    then(*state);
    state->pump();
  });
}

Store::Store(reactor::Reactor& reactor, std::filesystem::path file, std::size_t max_size, Epoch epoch,
             Listener& listener)
    : state_(std::make_shared<State>(reactor, std::move(file), max_size, epoch, listener)) {
  state_->pump();
}

Store::~Store() { state_->closed = true; }

void Store::insert(Row row) {
  state_->inserted = row.id;
  state_->inserts.push_back(std::move(row));
  state_->pump();
}

void Store::erase(RowId id) {
  State& state = *state_;
  const auto unwritten = std::lower_bound(state.inserts.begin(), state.inserts.end(), id,
                                          [](const Row& row, RowId wanted) { return row.id < wanted; });
  const bool found = unwritten != state.inserts.end() && unwritten->id == id;
  if (found) state.inserts.erase(unwritten);
  if (found && id > state.uncertain) return state.pump();
  state.erases.push_back(id);
  if (state.erases.size() == 1) state.wake_after(state.erase_timer, erase_delay, [](State& s) { s.erases_due = true; });
}

void Store::load(std::uint32_t lane, RowId after, RowId last, std::size_t bytes, Loaded then) {
  state_->loads.push_back({{lane, after, last, bytes}, std::move(then)});
  state_->pump();
}

void Store::trim(std::uint32_t lane, RowId after, RowId last, std::size_t bytes, Trimmed then) {
  state_->trims.push_back({{lane, after, last, bytes}, std::move(then)});
  state_->pump();
}

bool Store::idle() const {
  return state_->opened && !state_->busy && state_->may_try && state_->failure.empty() && state_->inserts.empty();
}

void Store::close(std::function<void()> then) {
  state_->closing = std::move(then);
  state_->pump();
}

}  // namespace fieldgate::buffer
