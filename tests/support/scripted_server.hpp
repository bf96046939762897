// A TCP server that says what a test tells it to.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <thread>

namespace fieldgate::test {

/// Takes one connection after the other on a free port of 127.0.0.1; each is given to `script`, on a thread of the
/// server's, and closed when that returns.
class ScriptedServer {
 public:
  class Peer {
   public:
    explicit Peer(int fd) : fd_(fd) {}
    /// What the client has sent next; empty once it has closed, or has said nothing for ten seconds.
    std::string read();
    void write(std::string_view bytes);

   private:
    int fd_;
  };

  /// `connection` counts from 0.
  explicit ScriptedServer(std::function<void(Peer&, int connection)> script);
  ~ScriptedServer();
  ScriptedServer(const ScriptedServer&) = delete;
  ScriptedServer& operator=(const ScriptedServer&) = delete;

  std::uint16_t port() const { return port_; }
  int connections() const { return connections_; }

 private:
  int listener_ = -1;
  std::uint16_t port_ = 0;
  std::atomic<int> connections_ = 0;
  std::atomic<int> open_ = -1;
  std::thread thread_;
};

}  // namespace fieldgate::test
