// A broker of MQTT 5 that answers as a test tells it to: one connection at a time, QoS 1.
#pragma once

#include <functional>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "support/scripted_server.hpp"

namespace fieldgate::test {

class ScriptedBroker {
 public:
  struct Published {
    std::string topic;
    std::string properties;  ///< as they stand in the packet
    std::string payload;
  };

  /// `code` gives the reason code of the PUBACK to a publication; below zero: no answer.
  explicit ScriptedBroker(std::function<int(const Published&)> code)
      : code_(std::move(code)), server_([this](ScriptedServer::Peer& peer, int) { serve(peer); }) {}

  std::string url() const { return "mqtt://127.0.0.1:" + std::to_string(server_.port()); }

  std::vector<Published> published() const {
    const std::scoped_lock lock(mutex_);
    return published_;
  }

  /// Bytes of all packets that came.
  std::size_t received() const {
    const std::scoped_lock lock(mutex_);
    return received_;
  }

 private:
  void serve(ScriptedServer::Peer& peer) {
    std::string buffer;
    for (std::string part = peer.read(); !part.empty(); part = peer.read()) {
      {
        const std::scoped_lock lock(mutex_);
        received_ += part.size();
      }
      buffer += part;
      for (std::string packet = take(buffer); !packet.empty(); packet = take(buffer)) answer(peer, packet);
    }
  }

  /// A whole packet off the front, without its remaining length; empty where there is none.
  static std::string take(std::string& buffer) {
    std::size_t length = 0;
    for (std::size_t i = 1; i < 5 && i < buffer.size(); ++i) {
      length |= (static_cast<unsigned char>(buffer[i]) & 0x7fU) << 7 * (i - 1);
      if ((buffer[i] & 0x80) != 0) continue;
      if (buffer.size() < 1 + i + length) return {};
      std::string packet = buffer.substr(0, 1) + buffer.substr(1 + i, length);
      buffer.erase(0, 1 + i + length);
      return packet;
    }
    return {};
  }

  void answer(ScriptedServer::Peer& peer, const std::string& packet) {
    const int type = static_cast<unsigned char>(packet[0]) >> 4;
    if (type == 1) peer.write(std::string("\x20\x03\x00\x00\x00", 5));
    if (type != 3) return;
    const auto byte = [&packet](std::size_t at) {
      return static_cast<std::size_t>(static_cast<unsigned char>(packet[at]));
    };
    const std::size_t topic_end = 3 + byte(1) * 256 + byte(2);
    const std::size_t properties = topic_end + 3;
    Published one{packet.substr(3, topic_end - 3), packet.substr(properties, byte(topic_end + 2)),
                  packet.substr(properties + byte(topic_end + 2))};
    {
      const std::scoped_lock lock(mutex_);
      published_.push_back(one);
    }
    const int code = code_(one);
    if (code < 0) return;
    peer.write(std::string("\x40\x04", 2) + packet.substr(topic_end, 2) + static_cast<char>(code) + '\0');
  }

  std::function<int(const Published&)> code_;
  mutable std::mutex mutex_;
  std::vector<Published> published_;
  std::size_t received_ = 0;
  ScriptedServer server_;  // last: it calls the others
};

}  // namespace fieldgate::test
