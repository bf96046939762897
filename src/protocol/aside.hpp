// Bytes outside of the framing: registration packets and heartbeats, before or between frames.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/section.hpp"
#include "message/bytes.hpp"
#include "message/result.hpp"
#include "script/pattern.hpp"

namespace fieldgate::protocol {

/// What such bytes are: one constant, or all that match a pattern.
struct AsideOptions {
  std::string bytes;
  std::string regex;

  /// Reads `hex` or `regex` of the section, of which there must be one.
  static AsideOptions read(config::Section& section);
  bool operator==(const AsideOptions&) const = default;
};

/// Looks for them at the front of what no frame has taken. One for all connections. A pattern that can take more than
/// it has taken waits for what follows, so that however the stream is split, the same bytes are taken.
class Aside {
 public:
  /// The longest that a pattern may match, and so the most that is kept for it.
  static constexpr std::size_t max_length = 1024;

  enum class Found : std::uint8_t {
    nothing,
    begun,  ///< more bytes may make it one
    whole,
    growing  ///< it is one, but more bytes may belong to it
  };

  /// The options have been read without a problem.
  explicit Aside(const AsideOptions& options);

  /// What stands at the front of `input`, which is not empty; `length` of it where whole or growing.
  Found look(Bytes input, std::size_t& length);

  /// The names of the pattern's groups, from 1; and what they matched in the last look that found one.
  const std::vector<std::string>& names() const { return names_; }
  std::string_view group(std::size_t index) const { return groups_[index + 1]; }

  /// How many bytes have been tried as the next of a match.
  std::size_t tries() const { return tries_; }

 private:
  Found look_for_pattern(Bytes input, std::size_t& length);
  bool can_grow(Bytes input);

  std::string bytes_;
  std::optional<script::Pattern> pattern_;
  std::optional<script::Pattern> prefix_;  // matches what may become a match
  std::vector<std::string> names_;
  std::vector<std::string_view> groups_;
  std::string scratch_;
  std::array<unsigned char, 256> likely_{};  // every byte, the one first that something last grew by
  std::size_t tries_ = 0;
};

}  // namespace fieldgate::protocol
