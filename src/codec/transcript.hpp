// Writing the JSON text of a binary document front to back, and making messages of it: for codecs of self-describing
// formats.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "codec/codec.hpp"
#include "codec/json_checker.hpp"

namespace fieldgate::codec {

/// Puts commas, colons and brackets round the values that a decoder appends to `out`. Its stack is its own: no input
/// can exhaust the thread's.
class Transcript {
 public:
  /// Two levels less than a document may have: one for {"value": ...}, one for a value that is written as an object.
  static constexpr std::size_t max_depth = JsonChecker::max_depth - 2;

  /// For a container that says itself where it ends.
  static constexpr std::uint64_t endless = ~std::uint64_t{0};

  explicit Transcript(std::string& out) : out_(out) {}

  /// To be called before each key and each value: writes what stands in front of it.
  void next() {
    if (depth_ == 0) return;
    Level& top = levels_[depth_ - 1];
    if (top.taken != 0) out_ += top.is_map && (top.taken & 1U) != 0 ? ':' : ',';
    ++top.taken;
  }

  /// Whether what comes next is a key.
  bool at_key() const { return depth_ != 0 && levels_[depth_ - 1].is_map && (levels_[depth_ - 1].taken & 1U) == 0; }

  /// Begins a container as the value; `items` counts keys and values. False: too deep, and nothing was written.
  bool open(bool is_map, std::uint64_t items) {
    if (depth_ == max_depth) return false;
    out_ += is_map ? '{' : '[';
    levels_[depth_++] = {items, 0, is_map};
    return true;
  }

  /// Ends an endless container. False: there is none here, or a key waits for its value.
  bool end() {
    if (depth_ == 0) return false;
    const Level& top = levels_[depth_ - 1];
    if (top.items != endless || (top.is_map && (top.taken & 1U) != 0)) return false;
    close();
    return true;
  }

  /// To be called after each key, value, begin and end: closes what is full. True: the document is complete.
  bool complete() {
    while (depth_ != 0 && levels_[depth_ - 1].taken == levels_[depth_ - 1].items) close();
    return depth_ == 0;
  }

 private:
  struct Level {
    std::uint64_t items;
    std::uint64_t taken;
    bool is_map;
  };

  void close() { out_ += levels_[--depth_].is_map ? '}' : ']'; }

  std::string& out_;
  std::size_t depth_ = 0;
  Level levels_[max_depth];
};

/// Makes messages of one JSON value: an object is one, an array of objects is one each, and anything else becomes
/// {"value": ...}.
class Transcribed {
 public:
  explicit Transcribed(const expression::Paths& paths) : checker_(paths) {}

  /// Where the value is to be appended.
  std::string& begin();

  /// Gives the messages of the value that was appended since begin().
  std::optional<Failure> deliver(Receiver& out);

 private:
  void deliver_items(std::string_view array, Receiver& out);

  JsonChecker checker_;
  std::string json_;
};

/// Whether `json`, an object's text, can be encoded: valid and not too deep.
Result<void> check_object(std::string_view json);

void append_integer(std::string& out, std::uint64_t number);
void append_integer(std::string& out, std::int64_t number);

/// Appends -1 - `number`: how CBOR has negative integers, down to -2^64.
void append_negative(std::string& out, std::uint64_t number);

/// Appends a single-precision number. One that a decimal of up to six digits names is that decimal (27.2, not
/// 27.200000762939453); all others are exact.
void append_single(std::string& out, float number);

/// Appends big-endian `bytes` as an unsigned integer in decimal, or -1 minus it. More than 64 bytes are base64 text
/// instead, as the work grows with the square of the length.
void append_bignum(std::string& out, Bytes bytes, bool is_negative);

void append_base64_string(std::string& out, Bytes bytes);
void append_hex_string(std::string& out, Bytes bytes);

/// Puts quotes round what stands behind `from` in `out`, if it is no string: keys of objects are strings.
void make_key(std::string& out, std::size_t from);

}  // namespace fieldgate::codec
