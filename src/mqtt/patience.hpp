// How long to wait before connecting again, by how the last connection ended.
#pragma once

#include <algorithm>
#include <cstdint>

#include "reactor/backoff.hpp"

namespace fieldgate::mqtt {

/// How a round of attempts to connect, or the connection that came of it, ended.
enum class Ending : std::uint8_t {
  stable,      ///< a connection that had lasted was lost
  unstable,    ///< no connection, or one that did not last
  refused,     ///< the broker does not want who we say we are: more of the same would get us banned
  taken_over,  ///< another client has our name: each that comes back soon only throws the other out
};

/// Waits between `initial` and `max`, doubled each time. After a refusal half of `max` at least; after a take-over
/// from an eighth of `max` up to two and a half times as long. Pure: whoever uses it brings the randomness.
class Patience {
 public:
  Patience(Duration initial, Duration max)
      : usual_(initial, max), refused_(max, max), taken_over_(std::max(initial, max / 8), max * 5 / 2) {}

  /// The wait after a round that ended so. `random` is any number, well spread.
  Duration next(Ending ending, std::uint64_t random) {
    if (ending == Ending::stable) {
      usual_.reset();
      taken_over_.reset();
    }
    if (ending == Ending::refused) return refused_.next(random);
    return ending == Ending::taken_over ? taken_over_.next(random) : usual_.next(random);
  }

 private:
  reactor::Backoff usual_;
  reactor::Backoff refused_;
  reactor::Backoff taken_over_;
};

}  // namespace fieldgate::mqtt
