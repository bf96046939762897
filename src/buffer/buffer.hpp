// Sealed batches that wait for their sink, in lanes; in memory, or on disk as well. The face of this room.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "buffer/line.hpp"
#include "buffer/options.hpp"
#include "buffer/store.hpp"
#include "message/batch.hpp"

namespace fieldgate::buffer {

/// A lane's lines: one is enough where the oldest go first.
enum class Which : std::uint8_t { live, backlog };

/// Holds sealed batches until they are settled. A disk buffer keeps what was pushed last and what goes next in memory
/// too, so that a healthy sink never waits for a read; what lies between is only on disk. Everything here is on the
/// reactor's thread and blocks nobody.
class Buffer final : private Store::Listener {
 public:
  /// What the owner is told; all but `made_room` and `repeated` never from within a call of the owner's.
  struct Listener {
    virtual ~Listener() = default;
    /// The file is open: what it holds waits here now.
    virtual void found(const Found& found) = 0;
    /// Batches have come to hand in this lane, or room was made, or a commit has ended.
    virtual void progress() = 0;
    /// Messages that were settled come again, since only whole batches are on disk.
    virtual void repeated(std::uint64_t messages) = 0;
    /// Messages that were here are lost to damage of the file.
    virtual void corrupted(std::uint64_t messages, const std::string& text) = 0;
    /// Messages that were here were given up to make room.
    virtual void made_room(std::uint64_t messages) = 0;
    /// The disk refuses, or takes again (null).
    virtual void disk(const Error* error) = 0;
  };

  /// `file` is of a disk buffer; `epoch` is that of this run.
  Buffer(reactor::Reactor& reactor, const Options& options, std::size_t lanes, std::size_t largest_batch,
         const std::filesystem::path& file, Epoch epoch, Listener& listener);

  void push(std::size_t lane, Batch batch);

  /// Records to be delivered together: those of the batch that is next, or of several small ones, joined.
  struct Part {
    const Batch* batch = nullptr;  ///< null: nothing is at hand
    std::size_t first = 0;
    std::size_t last = 0;
    std::size_t size() const { return last - first; }
    explicit operator bool() const { return batch != nullptr; }
  };

  /// At most `messages` records and about `bytes`. It stays as it is until settle(). What waited in a backlog (of an
  /// earlier run, or up to the receipt `late_until`) gets `mark` written into it.
  Part part(std::size_t lane, Which which, std::size_t messages, std::size_t bytes, std::string_view mark,
            Receipt late_until);

  /// The first `records` of the part are done with. Ends the part, also with 0.
  void settle(std::size_t lane, Which which, std::size_t records);

  /// Whether part() would find something.
  bool at_hand(std::size_t lane, Which which) const;

  /// Makes what waits live the end of the backlog. May leave it as it is where both are long.
  void demote(std::size_t lane);

  /// Gives up the oldest batches that are not being delivered until `bytes` more have room (`made_room` counts them);
  /// of what is only on disk a little later, so that somewhat more than max_size may be there for a moment. False if
  /// there is no room.
  bool make_room(std::size_t bytes);

  std::uint64_t messages() const { return messages_; }  ///< that are not settled
  std::uint64_t bytes() const { return bytes_; }        ///< of all batches
  std::uint64_t unstored_messages() const;
  std::size_t unstored_bytes() const { return unstored_bytes_; }  ///< of those that are not durable yet
  std::size_t unstored_limit() const { return window_; }          ///< above it nothing more should be pushed
  bool is_disk() const { return store_ != nullptr; }

  /// Whether lanes wait for what a run with another number of them left. Once lane 0 has settled it, they need not.
  bool inherits() const { return inherited_last_ != 0; }

  /// Whether a batch that is pushed now is written at once.
  bool idle() const { return !store_ || (opened_ && store_->idle()); }

  /// When the message that waits longest arrived, as far as it is in memory.
  std::optional<std::chrono::steady_clock::time_point> oldest() const;

  /// Lowest receipt of this run that is not settled so.
  Receipt open_from(After after) const;

  /// An empty batch; one that was used before, with its memory, if there is one.
  Batch blank();

  /// Writes what is unwritten and closes the file, as long as the disk works. `then` is called at once for memory.
  void close(std::function<void()> then);

 private:
  /// A batch that is not durable yet.
  struct Unstored {
    RowId id;
    const Batch* batch;
    Receipt lowest;
    std::size_t bytes;
  };
  struct Lane {
    std::array<Line, 2> lines;
    Batch joined;  // the part, where it is not one batch
  };

  // Store::Listener
  void opened(const Found& found) override;
  void committed(RowId last) override;
  void failing(const Error& error) override;
  void healthy() override;
  void damaged(std::uint32_t lane, std::uint64_t messages, const std::string& text) override;

  Line& line(std::size_t lane, Which which) { return lanes_[lane].lines[static_cast<std::size_t>(which)]; }
  const Line& line(std::size_t lane, Which which) const { return lanes_[lane].lines[static_cast<std::size_t>(which)]; }
  std::uint32_t row_lane(std::size_t lane) const;
  void adopt(const Found& found);
  void number_early_batches();
  bool blocked(std::size_t lane) const;
  void remove(Line& line, std::deque<Entry>& from, std::size_t index);
  void forget_unstored(const Batch& batch);
  void find_lowest_unstored();
  void evict(Line& line);
  void repeat(std::uint64_t messages);
  void refill(Line& line);
  void loaded(Line& line, RowId last, const std::vector<Row>& rows, bool end);
  void trim(Line& line, std::size_t bytes);
  void trimmed(Line& line, const Extent& gone);
  void shorten(Line& line);
  std::size_t late_records(const Entry& entry, std::size_t last, Receipt until) const;

  Options options_;
  Epoch epoch_;
  Listener& listener_;
  std::size_t window_;      // bytes of batches that a disk buffer keeps in memory
  std::size_t near_limit_;  // of it, for what goes next in one line
  std::vector<Lane> lanes_;
  Line* heir_ = nullptr;  // the line of lane 0 that gets the gaps of `inherited_`
  std::deque<Gap>
      inherited_;  // rows of a run with another number of lanes: they go first, all through lane 0; then its own
  RowId inherited_last_ = 0;  // the last of them; 0: there are none
  std::deque<Unstored> unstored_;
  Receipt unstored_lowest_ = all_settled;
  std::size_t unstored_bytes_ = 0;
  std::uint64_t messages_ = 0;
  std::uint64_t bytes_ = 0;
  std::uint64_t held_ = 0;  // of them in memory
  RowId next_id_ = 1;
  RowId committed_ = 0;
  bool opened_;           // the file, if there is one
  bool refuses_ = false;  // the disk, even to delete
  bool deliverable_;      // what an earlier run left is known, or cannot be waited for
  std::vector<Batch> spare_;
  std::unique_ptr<Store> store_;  // last: it calls back
};

}  // namespace fieldgate::buffer
