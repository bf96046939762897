// What the tests of the disk buffer's file share: batches whose content follows from a number, and a listener.
#pragma once

#include <chrono>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "buffer/store.hpp"
#include "support/reactor.hpp"

namespace fieldgate::test {

/// `messages` records that follow from `id`, of about `bytes` each.
inline std::shared_ptr<const Batch> batch_of(std::uint64_t id, std::size_t messages = 2, std::size_t bytes = 40,
                                             std::chrono::steady_clock::time_point received = {}) {
  auto batch = std::make_shared<Batch>();
  batch->set_epoch(7);
  for (std::size_t i = 0; i < messages; ++i) {
    std::string record = "{\"row\":" + std::to_string(id) + ",\"message\":" + std::to_string(i) + ",\"fill\":\"";
    while (record.size() < bytes) record += static_cast<char>('a' + (id * 7 + i * 3 + record.size()) % 26);
    batch->text() += record + "\"}";
    batch->commit('\n', "topic/" + std::to_string(id % 5), id * 100 + i, received);
  }
  return batch;
}

inline bool same_content(const Batch& one, const Batch& other) {
  if (one.size() != other.size() || one.epoch() != other.epoch()) return false;
  for (std::size_t i = 0; i < one.size(); ++i) {
    if (one.record(i) != other.record(i) || one.key(i) != other.key(i) || one.receipt(i) != other.receipt(i)) {
      return false;
    }
  }
  return true;
}

/// Notes what a store says.
struct StoreEvents final : buffer::Store::Listener {
  std::vector<buffer::Found> founds;
  buffer::RowId last = 0;
  std::vector<std::string> failures;
  int healthy_again = 0;
  std::map<std::uint32_t, std::uint64_t> lost;
  std::string damage;
  std::function<void(buffer::RowId)> on_committed;

  void opened(const buffer::Found& found) override { founds.push_back(found); }
  void committed(buffer::RowId id) override {
    last = id;
    if (on_committed) on_committed(id);
  }
  void failing(const Error& error) override { failures.push_back(std::string(error.reason) + ": " + error.text); }
  void healthy() override { ++healthy_again; }
  void damaged(std::uint32_t lane, std::uint64_t messages, const std::string& text) override {
    lost[lane] += messages;
    damage += text + "\n";
  }
};

/// A store with its reactor, run until what a test waits for has happened.
struct OpenStore {
  explicit OpenStore(const std::filesystem::path& file, std::size_t max_size = 16 * 1024 * 1024)
      : store(std::make_unique<buffer::Store>(reactor, file, max_size, 7, events)) {}
  ~OpenStore() {
    store.reset();
    run_until(reactor, [this] { return !reactor.busy(); });
  }

  bool opened() {
    return run_until(reactor, [this] { return !events.founds.empty(); });
  }
  const buffer::Found& found() { return events.founds.at(0); }

  /// Inserts a batch of its id and returns that.
  buffer::RowId insert(std::uint32_t lane = 0, std::size_t messages = 2, std::size_t bytes = 40) {
    const buffer::RowId id = next != 0 ? next++ : (next = found().next + 1, found().next);
    store->insert({id, lane, batch_of(id, messages, bytes)});
    return id;
  }
  bool committed(buffer::RowId id) {
    return run_until(reactor, [this, id] { return events.last >= id; });
  }
  bool close() {
    bool done = false;
    store->close([&done] { done = true; });
    return run_until(reactor, [&done] { return done; });
  }

  /// All rows of a lane that the store hands out.
  std::vector<buffer::Row> rows(std::uint32_t lane = 0) {
    std::vector<buffer::Row> all;
    buffer::RowId after = 0;
    for (bool end = false; !end;) {
      bool answered = false;
      store->load(lane, after, ~buffer::RowId{0} >> 1, 1000, [&](std::vector<buffer::Row> rows, bool last) {
        for (buffer::Row& row : rows) all.push_back(std::move(row));
        answered = true;
        end = last;
      });
      if (!run_until(reactor, [&answered] { return answered; })) break;
      if (!all.empty()) after = all.back().id;
    }
    return all;
  }

  reactor::Reactor reactor;
  StoreEvents events;
  buffer::RowId next = 0;
  std::unique_ptr<buffer::Store> store;
};

inline std::vector<buffer::RowId> ids(const std::vector<buffer::Row>& rows) {
  std::vector<buffer::RowId> result;
  for (const buffer::Row& row : rows) result.push_back(row.id);
  return result;
}

}  // namespace fieldgate::test
