// Receipts: the numbers by which messages are acknowledged.
#pragma once

#include <cstdint>

namespace fieldgate {

/// Number of a message, counted up from 1 by the gateway; what is acknowledged is acknowledged by it. With the epoch of
/// the run it identifies a message for ever: `gateway:epoch:receipt`.
using Receipt = std::uint64_t;

/// Number of a run of the gateway on its data_dir, counted up from 1; 0 where the run has none.
using Epoch = std::uint32_t;

/// Stands for "nothing is open": above every receipt.
inline constexpr Receipt all_settled = ~Receipt{0};

/// What an answer to a device waits for.
enum class After : std::uint8_t {
  received,   ///< nothing: the gateway has read it
  stored,     ///< durable in every disk buffer it was routed to, and taken by every memory buffer
  delivered,  ///< confirmed by every sink it was routed to
};

}  // namespace fieldgate
