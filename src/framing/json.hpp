// JSON texts one after the other, without anything between that could be relied on.
#pragma once

#include <cstdint>

#include "framing/cutter.hpp"

namespace fieldgate::framing {

/// A frame is an object or an array: from its first brace to the one that closes it, strings apart (Netty's
/// JsonObjectDecoder). Whether it is JSON inside is the codec's affair.
class JsonShape {
 public:
  static constexpr std::string_view type = "json";
  static constexpr std::string_view meaning = "JSON objects and arrays without delimiters, by their braces.";
  static constexpr bool whole_frames = true;
  static constexpr bool can_flush = false;

  struct Config {
    Common common;
    bool stream_array_elements = false;
    bool resync = false;

    static Config read(config::Section& section);
    bool operator==(const Config&) const = default;
  };

  explicit JsonShape(const Config& config) : config_(config) {}

  Measure measure(Bytes rest);
  bool midway() const { return discarding_; }
  std::size_t resume(Bytes input);
  /// The place in an array stays: its elements are frames.
  void forget() { scanned_ = 0, depth_ = 0, in_string_ = false, escaped_ = false, discarding_ = false; }

  void lose_place() { forget(), in_array_ = false; }

  /// JSON goes out as it is.
  Result<void> wrap(Bytes payload, std::string& out) const;
  bool must_be_read_back() const { return !config_.stream_array_elements; }
  static Error unreadable() { return {"json", "it is no JSON object or array"}; }

 private:
  Measure element(Bytes rest);
  bool closed(char c);
  bool scan(Bytes rest, bool bare);

  const Config& config_;
  std::size_t scanned_ = 0;
  std::size_t depth_ = 0;
  bool in_string_ = false;
  bool escaped_ = false;
  bool in_array_ = false;  // whose elements are frames
  bool discarding_ = false;
  bool bare_ = false;  // what is discarded is a number or a word
};

using Json = Cutter<JsonShape>;

}  // namespace fieldgate::framing
