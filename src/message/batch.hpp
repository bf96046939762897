// A batch: messages encoded for one sink, back to back in one buffer.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "message/message.hpp"

namespace fieldgate {

/// Encoded records with their keys. Every record is followed by one separator byte that is not part of it ('\n' for
/// NDJSON, ',' for a JSON array), so that a run of records can go out as it stands. Owns all its memory; `clear` keeps
/// it.
class Batch {
 public:
  /// Appends a record: write its bytes to `text()`, then close it with `commit`, or undo with `rollback`.
  std::string& text() { return text_; }

  /// Closes the record begun after the last one. `key` is the rendered topic of sinks that have one, else empty.
  void commit(char separator, std::string_view key, Receipt receipt, std::chrono::steady_clock::time_point received);
  void rollback() { text_.resize(begin_of_next()); }

  /// Where the last record ends in `text()`: behind it stands what is not yet committed.
  std::size_t end() const { return begin_of_next(); }

  std::size_t size() const { return records_.size(); }
  bool empty() const { return records_.empty(); }

  /// Bytes of all records with their separators: what limits and buffers count, keys included.
  std::size_t bytes() const { return text_.size() + keys_.size(); }

  std::string_view record(std::size_t index) const;
  std::string_view key(std::size_t index) const;
  Receipt receipt(std::size_t index) const { return records_[index].receipt; }
  std::chrono::steady_clock::time_point received(std::size_t index) const { return records_[index].received; }

  /// Records `first` up to `last` (not included) as they stand, with separators between them and none behind the last.
  std::string_view run(std::size_t first, std::size_t last) const;

  /// The run in which its messages came; all receipts of a batch are of one run.
  Epoch epoch() const { return epoch_; }
  void set_epoch(Epoch epoch) { epoch_ = epoch; }

  /// Appends the records `first` up to `last` (not included) of a batch with the same separator. `mark`, if any, is
  /// written into each behind its first byte: `"late":true,` behind the brace of an object.
  void append(const Batch& other, std::size_t first, std::size_t last, std::string_view mark = {});

  void clear();

  /// Asks for memory once instead of while it grows; none of it is used before it is written to.
  void reserve(std::size_t bytes, std::size_t records);

  /// The whole as it lies in memory, to be kept on this machine. Views.
  struct Parts {
    Bytes text;
    Bytes keys;
    Bytes records;
  };
  Parts parts() const;

  /// Puts a batch together again; `shift` is added to the times of arrival. Nothing where the parts do not fit.
  static std::optional<Batch> restore(const Parts& parts, Epoch epoch, std::chrono::steady_clock::duration shift);

 private:
  struct Record {
    std::uint32_t end;      // in text_, behind the separator: a batch is far below 4 GiB
    std::uint32_t key_end;  // in keys_
    Receipt receipt;
    std::chrono::steady_clock::time_point received;
  };

  std::size_t begin_of_next() const { return records_.empty() ? 0 : records_.back().end; }

  std::string text_;
  std::string keys_;
  std::vector<Record> records_;
  Epoch epoch_ = 0;
};

}  // namespace fieldgate
