// Reading captures with libpcap: link layer, IP, TCP and UDP are undone here.
#include "cli/capture.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <pcap/pcap.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <memory>
#include <optional>

namespace fieldgate::cli {
namespace {

std::uint32_t number(Bytes bytes, std::size_t at, std::size_t size) {
  std::uint32_t value = 0;
  for (std::size_t i = 0; i < size; ++i) value = value << 8 | static_cast<unsigned char>(bytes[at + i]);
  return value;
}

/// The IP packet in a frame of the link layer; empty for other things.
Bytes undo_link(Bytes frame, int link) {
  constexpr std::uint32_t vlan = 0x8100;
  constexpr std::uint32_t vlan_service = 0x88a8;
  std::size_t header = 0;
  if (link == DLT_EN10MB) {
    header = 14;
    while (frame.size() >= header + 4 &&
           (number(frame, header - 2, 2) == vlan || number(frame, header - 2, 2) == vlan_service))
      header += 4;
  } else if (link == DLT_LINUX_SLL) {
    header = 16;
  } else if (link == DLT_LINUX_SLL2) {
    header = 20;
  } else if (link == DLT_NULL || link == DLT_LOOP) {
    header = 4;
  }
  return frame.size() > header ? frame.substr(header) : Bytes();
}

std::string address_text(int family, const char* bytes) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  return ::inet_ntop(family, bytes, text.data(), text.size()) == nullptr ? std::string() : text.data();
}

struct Packet {
  Flow flow;
  int protocol = 0;
  Bytes payload;  // of IP
};

std::optional<Packet> undo_ip4(Bytes ip) {
  if (ip.size() < 20) return std::nullopt;
  const std::size_t header = (number(ip, 0, 1) & 0xf) * std::size_t{4};
  const std::size_t total = std::min<std::size_t>(number(ip, 2, 2), ip.size());
  const bool is_fragment = (number(ip, 6, 2) & 0x3fff) != 0;
  if (header < 20 || total < header || is_fragment) return std::nullopt;
  Packet packet;
  packet.flow.from_ip = address_text(AF_INET, ip.data() + 12);
  packet.flow.to_ip = address_text(AF_INET, ip.data() + 16);
  packet.protocol = static_cast<int>(number(ip, 9, 1));
  packet.payload = ip.substr(header, total - header);
  return packet;
}

std::optional<Packet> undo_ip6(Bytes ip) {
  if (ip.size() < 40) return std::nullopt;
  Packet packet;
  packet.flow.from_ip = address_text(AF_INET6, ip.data() + 8);
  packet.flow.to_ip = address_text(AF_INET6, ip.data() + 24);
  packet.protocol = static_cast<int>(number(ip, 6, 1));
  packet.payload = ip.substr(40, number(ip, 4, 2));
  // Hop-by-hop, routing and destination options stand in front of what is carried.
  while (packet.protocol == 0 || packet.protocol == 43 || packet.protocol == 60) {
    if (packet.payload.size() < 8) return std::nullopt;
    const std::size_t size = (number(packet.payload, 1, 1) + 1) * std::size_t{8};
    if (size > packet.payload.size()) return std::nullopt;
    packet.protocol = static_cast<int>(number(packet.payload, 0, 1));
    packet.payload.remove_prefix(size);
  }
  return packet;
}

std::optional<Packet> undo_ip(Bytes ip) {
  if (ip.empty()) return std::nullopt;
  const std::uint32_t version = number(ip, 0, 1) >> 4;
  return version == 4 ? undo_ip4(ip) : version == 6 ? undo_ip6(ip) : std::nullopt;
}

/// What is known of one direction.
struct Direction {
  Reassembly stream;
  std::uint32_t connection = 0;
  TimePoint time{};
  std::uint32_t first = 0;  // sequence number of the last SYN
  bool has_syn = false;
};

class Reading {
 public:
  explicit Reading(const std::function<void(const Captured&)>& out) : out_(out) {}

  void packet(Bytes frame, int link, TimePoint time) {
    ++totals_.packets;
    auto packet = undo_ip(undo_link(frame, link));
    const bool taken = packet && (packet->protocol == IPPROTO_TCP   ? tcp(*packet, time)
                                  : packet->protocol == IPPROTO_UDP ? udp(*packet, time)
                                                                    : false);
    if (!taken) ++totals_.skipped;
  }

  CaptureTotals finish() {
    for (auto& [flow, direction] : directions_) {
      direction.stream.finish(giver(flow, direction));
      totals_.repeated += direction.stream.repeated();
    }
    return totals_;
  }

 private:
  static constexpr std::size_t most_flows = 100'000;

  Reassembly::Out giver(const Flow& flow, const Direction& direction) {
    return [this, &flow, &direction](Bytes bytes, std::size_t lost) {
      out_({flow, direction.connection, bytes, lost, direction.time});
    };
  }

  bool udp(Packet& packet, TimePoint time) {
    if (packet.payload.size() < 8) return false;
    packet.flow.from_port = static_cast<std::uint16_t>(number(packet.payload, 0, 2));
    packet.flow.to_port = static_cast<std::uint16_t>(number(packet.payload, 2, 2));
    const std::size_t length = number(packet.payload, 4, 2);
    if (length < 8 || length > packet.payload.size()) return false;
    out_({packet.flow, 0, packet.payload.substr(8, length - 8), 0, time});
    return true;
  }

  bool tcp(Packet& packet, TimePoint time) {
    if (packet.payload.size() < 20) return false;
    packet.flow.is_tcp = true;
    packet.flow.from_port = static_cast<std::uint16_t>(number(packet.payload, 0, 2));
    packet.flow.to_port = static_cast<std::uint16_t>(number(packet.payload, 2, 2));
    const std::uint32_t sequence = number(packet.payload, 4, 4);
    const std::size_t header = (number(packet.payload, 12, 1) >> 4) * std::size_t{4};
    const bool syn = (number(packet.payload, 13, 1) & 0x02) != 0;
    if (header < 20 || header > packet.payload.size()) return false;
    if (directions_.size() >= most_flows && !directions_.contains(packet.flow)) return false;
    const auto at = directions_.try_emplace(packet.flow).first;
    Direction& direction = at->second;
    direction.time = time;
    if (syn && (!direction.has_syn || direction.first != sequence)) {
      direction.stream.finish(giver(at->first, direction));
      ++direction.connection;
      direction.has_syn = true;
      direction.first = sequence;
      direction.stream.begin(sequence);
    }
    direction.stream.segment(sequence + (syn ? 1U : 0U), packet.payload.substr(header), giver(at->first, direction));
    return true;
  }

  const std::function<void(const Captured&)>& out_;
  std::map<Flow, Direction> directions_;
  CaptureTotals totals_;
};

}  // namespace

Result<CaptureTotals> read_capture(const std::filesystem::path& file, const std::function<void(const Captured&)>& out) {
  std::array<char, PCAP_ERRBUF_SIZE> wrong{};
  const std::unique_ptr<pcap_t, void (*)(pcap_t*)> capture(::pcap_open_offline(file.c_str(), wrong.data()),
                                                           ::pcap_close);
  if (!capture)
    return Error{"capture", fmt::format("{} is no capture that can be read: {}", file.string(), wrong.data())};
  const int link = ::pcap_datalink(capture.get());
  constexpr std::array<int, 9> known = {DLT_EN10MB, DLT_LINUX_SLL, DLT_LINUX_SLL2, DLT_NULL, DLT_LOOP,
                                        DLT_RAW,    DLT_IPV4,      DLT_IPV6,       14 /* DLT_RAW of OpenBSD */};
  if (std::find(known.begin(), known.end(), link) == known.end()) {
    const char* name = ::pcap_datalink_val_to_name(link);
    return Error{"capture", fmt::format("{}: packets of the link type {} are not understood; Ethernet, Linux cooked, "
                                        "loopback and raw IP are",
                                        file.string(), name == nullptr ? std::to_string(link) : name)};
  }
  Reading reading(out);
  pcap_pkthdr* header = nullptr;
  const unsigned char* bytes = nullptr;
  int status = 0;
  while ((status = ::pcap_next_ex(capture.get(), &header, &bytes)) == 1) {
    const TimePoint time{std::chrono::seconds(header->ts.tv_sec) + std::chrono::microseconds(header->ts.tv_usec)};
    reading.packet({reinterpret_cast<const char*>(bytes), header->caplen}, link, time);
  }
  CaptureTotals totals = reading.finish();
  if (status == PCAP_ERROR && totals.packets == 0)
    return Error{"capture", fmt::format("{}: {}", file.string(), ::pcap_geterr(capture.get()))};
  return totals;
}

}  // namespace fieldgate::cli
