// HttpPeer: plain blocking sockets, so that nothing of ours tests itself.
#include "support/http_peer.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <stdexcept>

namespace fieldgate::test {

namespace {

std::string lowered(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

}  // namespace

std::string answer_text(unsigned status, std::string_view headers, std::string_view body) {
  std::string text =
      "HTTP/1.1 " + std::to_string(status) + " x\r\nContent-Length: " + std::to_string(body.size()) + "\r\n";
  return text.append(headers).append("\r\n").append(body);
}

std::string ReceivedRequest::field(std::string_view name) const {
  const std::string wanted = "\r\n" + lowered(std::string(name)) + ": ";
  const std::size_t at = lowered(head).find(wanted);
  if (at == std::string::npos) return {};
  const std::size_t begin = at + wanted.size();
  return head.substr(begin, head.find('\r', begin) - begin);
}

HttpPeer::HttpPeer(std::vector<Answer> script) : script_(script.begin(), script.end()) {
  listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  auto* generic = reinterpret_cast<sockaddr*>(&address);
  if (::bind(listener_, generic, size) != 0 || ::listen(listener_, 64) != 0 ||
      ::getsockname(listener_, generic, &size) != 0 || ::pipe2(stop_, O_CLOEXEC) != 0) {
    throw std::runtime_error("the peer cannot listen");
  }
  port_ = ntohs(address.sin_port);
  thread_ = std::thread([this] { work(); });
}

HttpPeer::~HttpPeer() {
  ::close(stop_[1]);
  thread_.join();
  ::close(stop_[0]);
  ::close(listener_);
}

std::string HttpPeer::url(std::string_view target) const {
  return "http://127.0.0.1:" + std::to_string(port_) + std::string(target);
}

std::vector<ReceivedRequest> HttpPeer::requests() const {
  const std::lock_guard lock(mutex_);
  return requests_;
}

std::size_t HttpPeer::connections() const {
  const std::lock_guard lock(mutex_);
  return static_cast<std::size_t>(connections_);
}

Answer HttpPeer::next() {
  const std::lock_guard lock(mutex_);
  if (script_.empty()) return {answer_text(200)};
  Answer answer = script_.front();
  script_.pop_front();
  return answer;
}

void HttpPeer::work() {
  std::vector<std::thread> serving;
  for (;;) {
    pollfd both[2] = {{listener_, POLLIN, 0}, {stop_[0], 0, 0}};
    ::poll(both, 2, -1);
    if (both[1].revents != 0) break;
    const int socket = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (socket < 0) continue;
    int number = 0;
    {
      const std::lock_guard lock(mutex_);
      number = connections_++;
    }
    serving.emplace_back([this, socket, number] {
      serve(socket, number);
      ::close(socket);
    });
  }
  for (std::thread& thread : serving) thread.join();
}

bool HttpPeer::receive(int socket, std::string& buffer) {
  pollfd both[2] = {{socket, POLLIN, 0}, {stop_[0], 0, 0}};
  ::poll(both, 2, -1);
  if (both[1].revents != 0) return false;
  std::array<char, 65536> part{};
  const ssize_t got = ::recv(socket, part.data(), part.size(), 0);
  if (got > 0) buffer.append(part.data(), static_cast<std::size_t>(got));
  return got > 0;
}

void HttpPeer::serve(int socket, int number) {
  std::string buffer;
  for (;;) {
    std::size_t end = 0;
    while ((end = buffer.find("\r\n\r\n")) == std::string::npos) {
      if (!receive(socket, buffer)) return;
    }
    ReceivedRequest request{buffer.substr(0, end + 4), {}, number};
    buffer.erase(0, end + 4);
    const Answer answer = next();
    const std::size_t length = std::strtoul(request.field("Content-Length").c_str(), nullptr, 10);
    const std::size_t wanted = std::min(length, answer.read_at_most);
    while (buffer.size() < wanted) {
      if (!receive(socket, buffer)) return;
    }
    request.body = buffer.substr(0, wanted);
    buffer.erase(0, wanted);
    {
      const std::lock_guard lock(mutex_);
      requests_.push_back(request);
    }
    ::send(socket, answer.text.data(), answer.text.size(), MSG_NOSIGNAL);
    if (answer.close) return;
    while (answer.hold) {
      if (!receive(socket, buffer)) return;
    }
  }
}

}  // namespace fieldgate::test
