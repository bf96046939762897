// What a case of a switch asks of the first bytes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "config/section.hpp"
#include "message/bytes.hpp"

namespace fieldgate::framing {

/// All that it names must hold; one that names nothing always does.
class Match {
 public:
  enum class Answer : std::uint8_t { no, yes, undecided };

  /// Reads the map that `section` is.
  static Match read(config::Section& section);

  /// `undecided`: more bytes are needed to tell. `first`: no frame has been cut before.
  Answer of(Bytes input, bool first) const;

  /// How far from the front the bytes reach that it found.
  std::size_t matched(Bytes input) const;

  bool operator==(const Match&) const = default;

 private:
  Answer bytes_answer(Bytes input) const;
  Answer value_answer(Bytes input, const std::string& value) const;

  std::size_t at_ = 0;
  std::vector<std::string> values_;  // any of them; none: not asked
  std::string mask_;                 // empty: all bits
  std::vector<bool> first_;          // none, or what is asked for
  std::vector<Match> all_;
  std::vector<Match> none_;
};

}  // namespace fieldgate::framing
