// A dead letter, and what an operator asks of them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "message/receipt.hpp"
#include "message/time.hpp"

namespace fieldgate::buffer {

/// One message that came to its end, or one frame that became none.
struct DeadLetter {
  std::int64_t id = 0;    ///< given when it is kept
  std::string component;  ///< "sink cloud", "adapter meters"
  std::string reason;     ///< the counter's label: "status_400"
  std::string text;       ///< what was said: by the service, by the decoder; cut at 2 KiB
  std::string device;     ///< empty where it is not known
  std::string key;        ///< of a sink's message: its key (the topic), as in Batch
  std::string record;     ///< of a sink's message: as it was encoded; of an adapter's: the frame's bytes
  TimePoint died{};       ///< when it was given up
  TimePoint received{};   ///< when it had come
  Receipt receipt = 0;    ///< 0 where it never had one
  Epoch epoch = 0;        ///< of the run in which it came; 0: this one
  bool replay = false;    ///< an operator wants it delivered again
  std::size_t size = 0;   ///< bytes of the whole record, where a list shows its head only
};

/// Whether letters of this component can be delivered again: frames of adapters cannot.
inline bool can_be_replayed(std::string_view component) { return component.starts_with("sink "); }

/// Which letters an operator means. Empty `component`, `reason`: all.
struct DeadLetterQuery {
  std::string component;
  std::string reason;
  std::int64_t id = 0;      ///< 0: all
  std::size_t limit = 100;  ///< of a list: only the newest
};

/// What is in the file.
struct DeadLetterTotals {
  std::uint64_t letters = 0;
  std::uint64_t bytes = 0;  ///< as `dead_letters.max_size` counts them
};

}  // namespace fieldgate::buffer
