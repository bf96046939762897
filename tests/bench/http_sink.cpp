// The far end: takes POSTs, counts the lines of their bodies, and ends when all have come. http_sink PORT COUNT
#include <algorithm>
#include <boost/asio.hpp>
#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <memory>
#include <string>

namespace asio = boost::asio;
using asio::ip::tcp;

namespace {

std::int64_t left = 0;

class Connection : public std::enable_shared_from_this<Connection> {
 public:
  explicit Connection(tcp::socket socket) : socket_(std::move(socket)) {}

  void head() {
    asio::async_read_until(socket_, asio::dynamic_buffer(in_), "\r\n\r\n",
                           [self = shared_from_this()](boost::system::error_code error, std::size_t size) {
                             if (!error) self->body(size);
                           });
  }

 private:
  void body(std::size_t head) {
    std::string lower = in_.substr(0, head);
    std::transform(lower.begin(), lower.end(), lower.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    const std::size_t at = lower.find("content-length:");
    const std::size_t length = at == std::string::npos ? 0 : std::strtoull(lower.c_str() + at + 15, nullptr, 10);
    const std::size_t missing = head + length > in_.size() ? head + length - in_.size() : 0;
    asio::async_read(socket_, asio::dynamic_buffer(in_), asio::transfer_exactly(missing),
                     [self = shared_from_this(), head, length](boost::system::error_code error, std::size_t) {
                       if (!error) self->answer(head, length);
                     });
  }

  void answer(std::size_t head, std::size_t length) {
    const auto begin = in_.begin() + static_cast<std::ptrdiff_t>(head);
    const auto end = begin + static_cast<std::ptrdiff_t>(length);
    left -= std::count(begin, end, '\n') + (length > 0 && *(end - 1) != '\n' ? 1 : 0);
    in_.erase(0, head + length);
    static const std::string ok = "HTTP/1.1 204 No Content\r\n\r\n";
    asio::async_write(socket_, asio::buffer(ok),
                      [self = shared_from_this()](boost::system::error_code error, std::size_t) {
                        if (left <= 0) std::exit(left == 0 ? 0 : 1);
                        if (!error) self->head();
                      });
  }

  tcp::socket socket_;
  std::string in_;
};

void accept(tcp::acceptor& acceptor) {
  acceptor.async_accept([&acceptor](boost::system::error_code error, tcp::socket socket) {
    if (!error) std::make_shared<Connection>(std::move(socket))->head();
    accept(acceptor);
  });
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) {
    std::cerr << "usage: http_sink PORT COUNT\n";
    return 64;
  }
  left = std::atoll(argv[2]);
  asio::io_context io(1);
  tcp::acceptor acceptor(io, {asio::ip::address_v4::loopback(), static_cast<std::uint16_t>(std::atoi(argv[1]))});
  accept(acceptor);
  io.run();
}
