// The memory buffer: sealed batches that wait for their sink, in lanes. The face of this room.
#pragma once

#include <cstddef>
#include <cstdint>
#include <list>
#include <optional>
#include <vector>

#include "config/section.hpp"
#include "message/batch.hpp"

namespace fieldgate::buffer {

enum class WhenFull : std::uint8_t { block, drop_oldest, drop_newest };

/// `buffer:` of a sink.
struct Options {
  std::size_t max_size = 64 * 1024 * 1024;  ///< bytes of encoded messages
  std::optional<Duration> max_age;
  WhenFull when_full = WhenFull::block;

  /// Reads the option `buffer` of a sink whose batches are at most `largest_batch` bytes.
  static Options read(config::Section& sink, std::size_t largest_batch);
  bool operator==(const Options&) const = default;
};

/// Holds sealed batches, a queue for each lane. It survives a sink's outage, not the process. Nothing here blocks.
class Memory {
 public:
  explicit Memory(std::size_t lanes) : lanes_(lanes) {}

  void push(std::size_t lane, Batch batch);

  /// The batch whose turn it is; null if the lane is empty. It stays at its place until pop().
  const Batch* front(std::size_t lane) const { return lanes_[lane].empty() ? nullptr : &lanes_[lane].front(); }
  void pop(std::size_t lane);

  /// The batch that was pushed last; null if the lane is empty.
  const Batch* back(std::size_t lane) const { return lanes_[lane].empty() ? nullptr : &lanes_[lane].back(); }

  /// Takes out the oldest batch that is not at the front of its lane (that one may be on its way); nothing if there is
  /// none.
  std::optional<Batch> take_oldest();

  /// An empty batch; one that was used before, with its memory, if there is one.
  Batch blank();
  void recycle(Batch batch);

 private:
  /// Batches kept for their memory: enough for one to be filled while another is sent.
  static constexpr std::size_t max_spare = 4;

  std::vector<std::list<Batch>> lanes_;  // lists: a batch on its way must not move
  std::vector<Batch> spare_;
};

}  // namespace fieldgate::buffer
