// The option that every framer has.
#pragma once

#include <cstddef>
#include <string>

#include "config/section.hpp"
#include "message/bytes.hpp"
#include "message/result.hpp"

namespace fieldgate::framing {

/// config.md, Limits of an adapter: Framing.
inline constexpr std::size_t default_max_length = 64 * 1024;

/// A frame whose length is known and which is at most so many times too long is skipped, and the stream goes on behind
/// it. A longer one is no length but garbage: waiting for its end would deafen the connection, so it is lost.
inline constexpr std::size_t believable = 16;

/// Reads `max_length`: bytes of the longest frame.
inline std::size_t read_max_length(config::Section& section) {
  return section.size("max_length", default_max_length,
                      "The longest frame; a longer one is skipped and counted as too_long.", {1, 16 * 1024 * 1024});
}

/// Why a payload that goes out finds no room in a frame.
inline Error too_long(Bytes payload, std::size_t max_length) {
  return {"too_long", std::to_string(payload.size()) + " bytes do not fit into framing.max_length, " +
                          std::to_string(max_length) + " bytes"};
}

}  // namespace fieldgate::framing
