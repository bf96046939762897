// Finding out how captured bytes are framed: proposals, each verified by the framer that it is for, ranked by evidence.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "framing/framer.hpp"
#include "gateway/catalogue.hpp"

namespace fieldgate::cli {

/// What was captured: the stream, and where its pieces (packets, lines of a hex file) begin.
struct Capture {
  std::string bytes;
  std::vector<std::size_t> pieces;  ///< offsets; at least one, the first is 0
};

/// The front of a capture, where it is longer than `size`.
Capture front_of(Capture capture, std::size_t size);

/// The capture with one bit flipped: the `number`th of `count` places that lie evenly in it.
Capture flipped(Capture capture, std::size_t number, std::size_t count);

/// What a framer makes of a capture.
struct Trial {
  std::size_t frames = 0;
  std::size_t covered = 0;          ///< bytes in frames
  std::size_t rejected = 0;         ///< pieces that are no frame
  std::size_t left = 0;             ///< bytes at the end that wait for more
  std::size_t aligned = 0;          ///< pieces of the capture that end where a frame ends
  std::vector<std::string> entire;  ///< the first frames, as ranges count in them
  std::vector<std::string> payloads;
  std::vector<std::size_t> ends;  ///< of frames, in the stream
};

/// One way to frame them.
struct Proposal {
  std::string yaml;   ///< of `framing:`, in one line
  std::string codec;  ///< a guess at the codec; empty: none
  std::vector<std::string> evidence;
  Trial trial;
  double prior = 0;  ///< for what no trial sees: a marker that all frames have, a preset's name
  double score = 0;
};

/// The framer of a text of YAML; none where that is wrong.
framing::Factory framing_of(const std::string& yaml, const gateway::Catalogue& catalogue);

Trial try_framing(const framing::Factory& framing, const Capture& capture);

/// Proposals that are worth a trial.
std::vector<Proposal> guesses(const Capture& capture, const gateway::Catalogue& catalogue);

/// A checksum that all frames of a trial hold, as the option's YAML, and the sentence that says so.
struct FoundChecksum {
  std::string yaml;
  std::string sentence;
};
std::optional<FoundChecksum> find_checksum(const Trial& trial);

/// The best proposals, the best first; at most `most`.
std::vector<Proposal> learn(const Capture& capture, const gateway::Catalogue& catalogue, std::size_t most);

}  // namespace fieldgate::cli
