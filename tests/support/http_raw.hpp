// A client of raw bytes, for requests that no library would send.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace fieldgate::test {

/// One connection to 127.0.0.1, made at once; closed with the object.
class RawClient {
 public:
  static constexpr std::string_view closed = "<closed>";

  explicit RawClient(std::uint16_t port);
  ~RawClient();
  RawClient(const RawClient&) = delete;
  RawClient& operator=(const RawClient&) = delete;

  bool connected() const { return connected_; }
  void send(std::string_view text) const;

  /// What comes next: some bytes, "<closed>", or nothing when the server is silent for `patience_ms`.
  std::string receive(int patience_ms) const;

 private:
  int socket_;
  bool connected_ = false;
};

/// Connects to 127.0.0.1, sends `text` and returns all that comes until the server closes; then "<closed>" stands
/// behind it. A server that is silent for `patience_ms` is left alone.
std::string raw_exchange(std::uint16_t port, std::string_view text, int patience_ms = 300);

}  // namespace fieldgate::test
