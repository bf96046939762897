// What a disk buffer's store does between its calls and its file: one job at a time on its thread, and the back-off.
#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "buffer/store.hpp"
#include "buffer/store_file.hpp"
#include "message/time.hpp"
#include "reactor/reactor.hpp"

namespace fieldgate::buffer {

/// All of it is on the reactor's thread. A job owns what it works on, and is alone: the file needs no lock.
struct Store::State : std::enable_shared_from_this<State> {
  static constexpr Duration erase_delay = std::chrono::milliseconds(200);  // a commit may be due anyway
  static constexpr Duration first_backoff = std::chrono::milliseconds(100);

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

}  // namespace fieldgate::buffer
