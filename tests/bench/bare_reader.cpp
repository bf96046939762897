// The floor: a Boost.Asio server that reads the bytes, counts the lines and does nothing with them. bare_reader PORT
// COUNT
#include <algorithm>
#include <array>
#include <boost/asio.hpp>
#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <memory>

namespace asio = boost::asio;
using asio::ip::tcp;

namespace {

/// Lines that are still to come; the program ends with the last one.
std::int64_t left = 0;

class Connection : public std::enable_shared_from_this<Connection> {
 public:
  explicit Connection(tcp::socket socket) : socket_(std::move(socket)) {}

  void read() {
    socket_.async_read_some(
        asio::buffer(buffer_), [self = shared_from_this()](boost::system::error_code error, std::size_t size) {
          if (error) return;
          left -= std::count(self->buffer_.begin(), self->buffer_.begin() + static_cast<std::ptrdiff_t>(size), '\n');
          if (left > 0) return self->read();
          std::exit(0);
        });
  }

 private:
  tcp::socket socket_;
  std::array<char, 64 * 1024> buffer_;
};

void accept(tcp::acceptor& acceptor) {
  acceptor.async_accept([&acceptor](boost::system::error_code error, tcp::socket socket) {
    if (!error) std::make_shared<Connection>(std::move(socket))->read();
    accept(acceptor);
  });
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) {
    std::cerr << "usage: bare_reader PORT COUNT\n";
    return 64;
  }
  left = std::atoll(argv[2]);
  asio::io_context io(1);
  tcp::acceptor acceptor(io, {asio::ip::address_v4::loopback(), static_cast<std::uint16_t>(std::atoi(argv[1]))});
  accept(acceptor);
  io.run();
}
