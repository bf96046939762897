// Feeding a framer as a connection does, and holding it to its contract while doing so.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "framing/framer.hpp"

namespace fieldgate::framing {

/// What became of a stream. `broken` says which rule of the contract the framer broke; empty: none.
struct Outcome {
  std::vector<std::string> frames;
  std::vector<std::string> rejected;
  bool lost = false;
  std::string broken;

  bool operator==(const Outcome&) const = default;
};

/// Hands `stream` to the framer, `chunk` bytes more at a time. `most_kept`: what may at most wait for more bytes.
inline Outcome cut(Framer& framer, std::string_view stream, std::size_t chunk, std::size_t most_kept) {
  Outcome outcome;
  std::string kept;
  const auto breaks = [&outcome](const char* rule) {
    outcome.broken = rule;
    return outcome;
  };
  for (std::size_t at = 0; at < stream.size(); at += chunk) {
    kept += stream.substr(at, chunk);
    for (bool more = false; !more && !kept.empty();) {
      const std::string input = kept;  // a block of its own, so that a sanitizer sees a read behind its end
      const Cut cut = framer.next(input);
      if (cut.consumed > input.size()) return breaks("consumed more than there was");
      switch (cut.kind) {
        case Cut::Kind::frame:
          if (cut.consumed == 0) return breaks("a frame that consumes nothing");
          if (cut.frame.size() > input.size()) return breaks("a frame longer than its input");
          outcome.frames.emplace_back(cut.frame);
          break;
        case Cut::Kind::rejected:
          if (cut.reason.empty()) return breaks("rejected without a reason");
          outcome.rejected.emplace_back(cut.reason);
          outcome.lost = cut.lost;
          if (cut.lost) return outcome;
          if (cut.consumed == 0) return breaks("rejected but nothing consumed");
          break;
        case Cut::Kind::incomplete:
          more = true;
          break;
      }
      kept.erase(0, cut.consumed);
    }
    if (kept.size() > most_kept) return breaks("asks for more beyond its maximum");
  }
  return outcome;
}

}  // namespace fieldgate::framing
