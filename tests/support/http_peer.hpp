// A web service of raw bytes: it answers what the test has written down, right or wrong.
#pragma once

#include <atomic>
#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace fieldgate::test {

/// What it does with one request.
struct Answer {
  std::string text;                            ///< sent as it stands
  bool close = false;                          ///< then closes
  std::size_t read_at_most = ~std::size_t{0};  ///< of the request's body, before it answers
  bool hold = false;                           ///< neither answers nor closes, until the peer is destroyed
};

/// "HTTP/1.1 STATUS x", headers, Content-Length and the body.
std::string answer_text(unsigned status, std::string_view headers = {}, std::string_view body = {});

struct ReceivedRequest {
  std::string head;  ///< with its empty line
  std::string body;  ///< de-chunked it is not: Content-Length only
  int connection;    ///< the how-manieth of all, from 0

  std::string line() const { return head.substr(0, head.find('\r')); }
  /// The value of a field, as it was sent; empty if there is none.
  std::string field(std::string_view name) const;
};

/// Listens on a free port of 127.0.0.1 with a thread of its own, one connection after the other.
/// When the script is at its end, every further request is answered 200.
class HttpPeer {
 public:
  explicit HttpPeer(std::vector<Answer> script = {});
  ~HttpPeer();
  HttpPeer(const HttpPeer&) = delete;
  HttpPeer& operator=(const HttpPeer&) = delete;

  std::uint16_t port() const { return port_; }
  std::string url(std::string_view target = "/") const;
  std::vector<ReceivedRequest> requests() const;
  std::size_t connections() const;

 private:
  void work();
  void serve(int socket, int number);
  bool receive(int socket, std::string& buffer);
  Answer next();

  int listener_ = -1;
  int stop_[2] = {-1, -1};
  std::uint16_t port_ = 0;
  mutable std::mutex mutex_;
  std::deque<Answer> script_;
  std::vector<ReceivedRequest> requests_;
  int connections_ = 0;
  std::thread thread_;
};

}  // namespace fieldgate::test
