// One line of sealed batches, waiting in their order: partly in memory, partly only on disk.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>

#include "buffer/store.hpp"

namespace fieldgate::buffer {

/// A sealed batch in memory.
struct Entry {
  RowId id = 0;
  std::uint32_t lane = 0;  ///< as its row has it
  std::shared_ptr<const Batch> batch;
  std::size_t settled = 0;  ///< records at its front that are done with
};

/// Rows that are only on disk.
struct Gap {
  std::uint32_t lane = 0;  ///< as the rows have it
  RowId after = 0;
  RowId last = 0;  ///< rows with after < id <= last
  std::uint64_t messages = 0;
  std::uint64_t bytes = 0;
  Receipt lowest = all_settled;  ///< no lower receipt of this run is among them

  bool empty() const { return after == last; }
};

/// Near batches go next, then those of the gap, then the far ones.
struct Line {
  std::deque<Entry> near;
  Gap gap;
  std::deque<Entry> far;
  std::size_t near_bytes = 0;
  std::size_t taken = 0;  ///< entries at the front that are being delivered
  bool reading = false;   ///< a load or a trim of the gap is under way

  bool empty() const { return near.empty() && gap.empty() && far.empty(); }

  /// The lowest receipt of the run `epoch` that waits here.
  Receipt lowest(Epoch epoch) const;

  /// Moves the nearest far batches near, until `limit` bytes are. Only where there is no gap.
  void draw_near(std::size_t limit);

  /// Puts all of `other` behind what is here. False, and nothing is done, where both have gaps.
  bool append(Line& other);
};

}  // namespace fieldgate::buffer
