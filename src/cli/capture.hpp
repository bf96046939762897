// Reading captures: the TCP streams and UDP datagrams of a pcap or pcapng file.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <string>

#include "message/bytes.hpp"
#include "message/result.hpp"
#include "message/time.hpp"

namespace fieldgate::cli {

/// One direction between two peers.
struct Flow {
  std::string from_ip;
  std::string to_ip;
  std::uint16_t from_port = 0;
  std::uint16_t to_port = 0;
  bool is_tcp = false;
  auto operator<=>(const Flow&) const = default;
};

/// Bytes as the receiver got them: a datagram, or the next bytes of a stream.
struct Captured {
  const Flow& flow;
  std::uint32_t connection = 0;  ///< counts the flow's connections: a SYN begins the next
  Bytes bytes;
  std::size_t lost = 0;  ///< bytes of the stream that the capture lacks in front of these
  TimePoint time{};
};

/// What a capture holds beside the bytes.
struct CaptureTotals {
  std::size_t packets = 0;
  std::size_t skipped = 0;   ///< neither TCP nor UDP over IP, IP fragments, or cut short
  std::size_t repeated = 0;  ///< TCP segments that had come before
};

/// Puts the segments of one direction of one connection into their order.
class Reassembly {
 public:
  /// Bytes that may wait for a missing segment; then it is given up.
  static constexpr std::size_t most_waiting = 1024 * 1024;

  using Out = std::function<void(Bytes bytes, std::size_t lost)>;

  /// A segment with its sequence number; the first one seen begins the stream.
  void segment(std::uint32_t sequence, Bytes bytes, const Out& out);
  /// Gives out what waits behind a gap.
  void finish(const Out& out);
  /// A SYN with this number has begun the stream.
  void begin(std::uint32_t sequence);

  std::size_t repeated() const { return repeated_; }

 private:
  void release(const Out& out);
  void skip_gap(const Out& out);

  bool begun_ = false;
  std::uint32_t next_ = 0;
  std::map<std::uint64_t, std::string> waiting_;  // by position in the stream
  std::uint64_t position_ = 0;                    // of next_
  std::size_t waiting_bytes_ = 0;
  std::size_t repeated_ = 0;
};

/// Reads the file and gives its bytes to `out`, in the order of the packets. The error says what is wrong with it.
Result<CaptureTotals> read_capture(const std::filesystem::path& file, const std::function<void(const Captured&)>& out);

}  // namespace fieldgate::cli
