// The option `escape`: bytes that may not stand in a frame as they are, and what stands for them.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "config/section.hpp"
#include "framing/markers.hpp"
#include "message/bytes.hpp"

namespace fieldgate::framing {

/// How the bytes inside a frame are coded on the wire. A value.
class Escape {
 public:
  enum class Kind : std::uint8_t { none, map, exclusive_or, difference, hex, cobs, cobs_reduced };

  Escape() = default;
  /// A coding without parameters: hex, COBS (Cheshire and Baker, 1997), or its reduced form COBS/R.
  explicit Escape(Kind kind) : kind_(kind) {}

  /// Reads the option. `markers` are what must not stand in a frame.
  static Escape read(config::Section& section, const std::vector<const Markers*>& markers);

  explicit operator bool() const { return kind_ != Kind::none; }

  /// Whether it can be undone piece by piece.
  bool can_stream() const { return kind_ <= Kind::difference; }

  /// Whether these bytes stand for themselves, so that no copy is needed.
  bool nothing_in(Bytes wire) const;

  struct Undone {
    std::size_t used = 0;  ///< bytes of the wire; fewer than all at an unfinished sequence, or where `most` are there
    bool bad = false;      ///< a sequence stands for nothing
  };
  /// Appends what the bytes stand for, at most `most` bytes more. COBS and hex want them whole.
  Undone undo(Bytes wire, std::string& out, std::size_t most) const;

  /// The same of a whole frame. False: it stands for nothing.
  bool undo_all(Bytes wire, std::string& out) const;

  /// Appends the bytes as they go on the wire.
  void apply(Bytes plain, std::string& out) const;

  bool operator==(const Escape&) const = default;

 private:
  struct Pair {
    std::string wire;
    std::string plain;
    bool operator==(const Pair&) const = default;
  };

  void read_map(config::Section& section);
  void read_step(config::Section& section, const std::vector<const Markers*>& markers);
  std::size_t next_lead(Bytes wire, std::size_t from) const;
  /// Undoes the sequence at the front: how long it is, 0 where it is unfinished.
  std::size_t sequence(Bytes wire, std::string& out, bool& bad) const;

  Kind kind_ = Kind::none;
  unsigned char step_ = 0;
  std::string leads_;        // first bytes of what stands for something else
  std::vector<Pair> pairs_;  // of a map
  std::string escaped_;      // bytes that must be escaped, of a step
};

}  // namespace fieldgate::framing
