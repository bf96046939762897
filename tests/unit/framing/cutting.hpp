// Feeding a framer as a connection does, and holding it to its contract while doing so.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "framing/framer.hpp"

namespace fieldgate::framing {

/// What became of a stream. `broken` says which rule of the contract the framer broke; empty: none. Where garbage comes
/// in several pieces, and how much of it, depends on the split; that is no part of this.
struct Outcome {
  std::vector<std::string> frames;
  std::vector<std::string> rejected;  // but garbage
  bool lost = false;
  std::string broken;

  bool operator==(const Outcome&) const = default;
};

/// Hands `stream` to the framer, `chunk` bytes more at a time. `most_kept`: what may at most wait for more bytes.
/// `silence`: at the end nothing comes for frame_timeout.
inline Outcome cut(Framer& framer, std::string_view stream, std::size_t chunk, std::size_t most_kept,
                   bool silence = false) {
  Outcome outcome;
  std::string kept;
  const auto breaks = [&outcome](const char* rule) {
    outcome.broken = rule;
    return outcome;
  };
  const auto take = [&](const Cut& cut, std::size_t size) -> const char* {
    if (cut.consumed > size) return "consumed more than there was";
    if (cut.kind == Cut::Kind::frame) {
      if (cut.consumed == 0) return "a frame that consumes nothing";
      if (cut.frame.size() > cut.entire.size()) return "more for the codec than the frame";
      outcome.frames.emplace_back(cut.frame);
    } else if (cut.kind == Cut::Kind::rejected) {
      if (cut.reason.empty()) return "rejected without a reason";
      if (cut.reason != Cut::garbage_bytes) outcome.rejected.emplace_back(cut.reason);
      outcome.lost = cut.lost;
      if (!cut.lost && cut.consumed == 0) return "rejected but nothing consumed";
    }
    return nullptr;
  };
  const auto take_all = [&]() -> const char* {
    const std::vector<char> block(kept.begin(), kept.end());  // so that a sanitizer sees a read behind its end
    std::string_view input(block.data(), block.size());
    for (bool more = false; !more && !input.empty();) {
      const Cut cut = framer.next(input);
      if (const char* const rule = take(cut, input.size())) return rule;
      if (outcome.lost) return nullptr;
      more = cut.kind == Cut::Kind::incomplete;
      input.remove_prefix(cut.consumed);
    }
    kept.erase(0, kept.size() - input.size());
    return nullptr;
  };
  for (std::size_t at = 0; at < stream.size(); at += chunk) {
    kept += stream.substr(at, chunk);
    if (const char* const rule = take_all()) return breaks(rule);
    if (outcome.lost) return outcome;
    if (kept.size() > most_kept) return breaks("asks for more beyond its maximum");
  }
  while (silence && !kept.empty()) {
    const std::string input = kept;
    const Cut given_up = framer.stalled(input);
    if (const char* const rule = take(given_up, input.size())) return breaks(rule);
    if (outcome.lost) return outcome;
    if (given_up.consumed == 0) return breaks("gives nothing up");
    kept.erase(0, given_up.consumed);
    if (const char* const rule = take_all()) return breaks(rule);
    if (outcome.lost) return outcome;
  }
  return outcome;
}

}  // namespace fieldgate::framing
