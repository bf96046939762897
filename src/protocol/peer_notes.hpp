// How often something is logged of each peer, however many there are.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>

#include "message/message.hpp"
#include "message/siphash.hpp"

namespace fieldgate::protocol {

/// At most one note a minute for each peer, and 60 for all together. Peers are told apart by a hash in a table of fixed
/// size, so that two may now and then count as one.
class PeerNotes {
 public:
  static constexpr auto period = std::chrono::minutes(1);
  static constexpr int most = 60;

  bool may_note(const Origin& peer, const Instant& now) {
    const std::uint64_t who = hash_(peer.peer_ip) ^ (peer.peer_port * 0x9e3779b97f4a7c15ULL) ^ hash_(peer.topic);
    Note& note = notes_[who % notes_.size()];
    if (noted_ > 0 && note.who == who && now.steady - note.at < period) return false;
    if (noted_ == 0 || now.steady - begun_ >= period) {
      begun_ = now.steady;
      noted_ = 0;
    }
    if (noted_ >= most) return false;
    ++noted_;
    note = {who, now.steady};
    return true;
  }

 private:
  struct Note {
    std::uint64_t who = 0;
    std::chrono::steady_clock::time_point at{};
  };
  SipHash hash_;
  std::array<Note, 256> notes_{};
  std::chrono::steady_clock::time_point begun_{};
  int noted_ = 0;
};

}  // namespace fieldgate::protocol
