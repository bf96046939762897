// Runs a program over a frame, and writes JSON.
#pragma once

#include <cstring>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "codec/layout_program.hpp"

namespace fieldgate::codec {

/// Decodes frames of one layout. Keeps its buffers: at rest it allocates nothing. What a frame can make it write is
/// bounded by `most_output`.
class LayoutDecoder {
 public:
  /// A value at a path in use, in the output.
  struct Picked {
    std::uint32_t slot = 0;
    std::size_t begin = 0;
    std::size_t end = 0;
    Bytes raw;  ///< as it stood in the frame; empty for what has no bytes of its own
  };
  /// Records of `split`, in the output, with the braces.
  struct Record {
    std::size_t begin = 0;
    std::size_t end = 0;
    std::optional<TimePoint> time;
  };

  LayoutDecoder(const Program& program, const expression::Paths& paths);
  LayoutDecoder(const LayoutDecoder&) = delete;
  LayoutDecoder& operator=(const LayoutDecoder&) = delete;
  ~LayoutDecoder();

  std::optional<Failure> decode(Bytes frame);
  void set_trace(Trace* trace);

  // Of the last frame that decoded.
  std::string_view json() const { return {buffer_.data(), static_cast<std::size_t>(at_ - buffer_.data())}; }
  std::optional<TimePoint> time() const { return time_; }
  const std::vector<Picked>& picked() const { return picked_; }
  const std::vector<Record>& records() const { return records_; }
  /// The array of `split` with its key, in the output; empty where the frame has none.
  std::pair<std::size_t, std::size_t> split_array() const { return split_; }
  /// Parts of the output that a later member of the same name replaces.
  std::vector<std::pair<std::size_t, std::size_t>>& replaced() { return replaced_; }
  /// Some path leads to where only a reader of JSON finds it.
  bool must_be_read() const { return must_be_read_ || !replaced_.empty(); }

  /// Of all repeats of a frame together.
  static constexpr std::size_t most_items(std::size_t frame) { return 64 * 1024 + 64 * frame; }
  static constexpr std::size_t most_output(std::size_t frame) { return 64 * 1024 + 128 * frame; }

 private:
  /// What is being read: the frame, or a part of it.
  struct Stream {
    const char* begin = nullptr;
    const char* at = nullptr;
    const char* end = nullptr;
    unsigned bit = 0;        ///< used of the byte at `at`
    std::size_t origin = 0;  ///< where it begins in the frame
  };
  struct Nested;

  bool run(std::uint32_t begin, std::uint32_t end);
  bool step(const Operation& operation, std::uint32_t index);
  bool traced_step(const Operation& operation, std::uint32_t index);
  // What stands round others.
  bool run_group(const Operation& operation, std::uint32_t index);
  bool run_place(const Operation& operation, std::uint32_t index);
  bool run_part(const Operation& operation, std::uint32_t index);
  bool run_repeat(const Operation& operation, std::uint32_t index);
  bool run_items(const Operation& operation, std::uint32_t index, const Detail& detail, std::int64_t count);
  bool run_item(const Operation& operation, std::uint32_t index, const Detail& detail, std::int64_t item);
  bool run_choice(const Operation& operation);
  bool run_tlv(const Operation& operation, const Detail& detail);
  bool run_tag(const Operation& operation, const Detail& detail);
  bool run_tag_case(const Operation& operation, const Detail& detail, std::uint64_t tag);
  bool run_verify(const Operation& operation, std::uint32_t index);
  bool run_named(const Operation& operation, std::uint32_t index);
  bool run_body(bool lenient, std::uint32_t begin, std::uint32_t end, bool* stopped = nullptr);
  bool write_unknown(const Operation& operation, std::uint64_t tag);
  bool enter(const Detail& detail, std::int64_t size, Stream& outer);
  // Values.
  bool read_integer(const Operation& operation);
  bool read_real(const Operation& operation, const Detail& detail);
  bool read_bits(const Operation& operation, const Detail& detail);
  bool read_boolean(const Operation& operation, const Detail& detail);
  bool read_bcd(const Operation& operation, const Detail& detail);
  bool write_digits(const Operation& operation, Bytes bytes);
  bool read_bcd_number(const Operation& operation, const Detail& detail, Bytes bytes);
  bool read_half_bytes(const Operation& operation, const Detail& detail);
  bool give_digits(const Operation& operation, std::string_view digits, bool all_filled);
  bool read_flags(const Operation& operation, const Detail& detail);
  bool read_text(const Operation& operation, const Detail& detail);
  bool read_bytes(const Operation& operation, const Detail& detail);
  bool read_mac(const Operation& operation, const Detail& detail);
  bool read_ip(const Operation& operation, const Detail& detail);
  bool read_imei(const Operation& operation, const Detail& detail);
  bool read_unix_time(const Operation& operation, const Detail& detail);
  bool read_civil_time(const Operation& operation, const Detail& detail);
  bool read_gps_time(const Operation& operation, const Detail& detail);
  bool read_cp56time(const Operation& operation, const Detail& detail);
  bool read_skip(const Operation& operation, const Detail& detail);
  bool read_constant(const Operation& operation, const Detail& detail);
  bool write_truth(const Operation& operation, bool truth);
  bool write_computed(const Operation& operation, const Detail& detail);
  bool read_nested(const Operation& operation, const Detail& detail);

  bool write_number(const Operation& operation, const Detail& detail, std::int64_t raw, bool is_unsigned);
  bool write_scaled(const Operation& operation, const Detail& detail, double raw, bool single);
  bool write_string(const Operation& operation, std::string_view text);
  bool write_time(const Operation& operation, const Detail& detail, std::optional<TimePoint> time);
  void keep(const Operation& operation, const Detail& detail, std::int64_t raw);
  bool out_of_range();

  // The wire.
  bool take(std::size_t count, const char*& bytes) {
    if (static_cast<std::size_t>(in_.end - in_.at) < count) return short_of(count);
    bytes = in_.at;
    in_.at += count;
    return true;
  }
  bool take_sized(const Detail& detail, Bytes& bytes);
  std::uint64_t take_bits(unsigned count, bool least_first);
  bool amount(const Amount& amount, std::int64_t& value);
  Cell evaluate(std::uint32_t expression);
  std::string_view keep_text(std::string_view text);
  void align() {
    if (in_.bit != 0) in_.bit = 0, ++in_.at;
  }
  std::size_t bits_left() const { return static_cast<std::size_t>(in_.end - in_.at) * 8 - in_.bit; }
  bool fail(std::string_view reason, std::string_view text);
  bool short_of(std::size_t count);

  /// Where reading and writing stood.
  struct Point {
    Stream in;
    std::size_t written = 0;
    std::size_t picked = 0;
    std::size_t replaced = 0;
    std::size_t records = 0;
    std::size_t path = 0;
    std::optional<TimePoint> time;
  };
  Point point() const;
  bool go_back(const Point& point);

  // The document.
  bool room(std::size_t count) { return static_cast<std::size_t>(buffer_end_ - at_) >= count || grow(count); }
  bool grow(std::size_t count);
  bool open(const Operation& operation, std::size_t value);
  void close(const Operation& operation) {
    if (operation.slot != no_index || operation.member != no_index) closed(operation);
  }
  void closed(const Operation& operation);
  void put(char c) { *at_++ = c; }
  void put(std::string_view text) {
    std::memcpy(at_, text.data(), text.size());
    at_ += text.size();
  }
  std::size_t written() const { return static_cast<std::size_t>(at_ - buffer_.data()); }

  void resolve();
  void tell(const Operation& operation, const Stream& before);

  const Program& program_;
  const expression::Paths& paths_;
  std::vector<Operation> operations_;  // with their slots
  bool resolved_ = false;
  bool must_be_read_ = false;
  std::vector<Cell> cells_;
  std::vector<std::size_t> last_begin_;  // by member
  std::vector<std::size_t> last_end_;

  Stream in_;
  Bytes frame_;
  std::string buffer_;
  char* at_ = nullptr;
  char* buffer_end_ = nullptr;
  std::size_t most_ = 0;
  std::size_t items_ = 0;      // of repeats, until now
  std::size_t key_begin_ = 0;  // of the value being written, with its comma
  std::size_t value_begin_ = 0;
  const char* field_begin_ = nullptr;  // in the frame
  std::string raw_;                    // of the value, for the trace
  Failure failure_;
  std::optional<TimePoint> time_;
  std::vector<Picked> picked_;
  std::vector<Record> records_;
  std::pair<std::size_t, std::size_t> split_;
  std::vector<std::pair<std::size_t, std::size_t>> replaced_;
  std::vector<std::uint32_t> replaced_members_;  // which names those are
  std::string arena_;                            // transformed bytes
  std::size_t arena_used_ = 0;
  Converter converter_;
  std::string scratch_;
  std::string key_;                              // of a value whose name is made
  std::string texts_;                            // of cells, until the next frame
  std::vector<std::unique_ptr<Nested>> nested_;  // by detail
  Trace* trace_ = nullptr;
  std::string path_;
};

}  // namespace fieldgate::codec
