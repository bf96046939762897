// The load: devices that send numbered JSON lines as fast as they are taken. blast PORT COUNT CONNECTIONS
#include <boost/asio.hpp>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <string>
#include <vector>

namespace asio = boost::asio;
using asio::ip::tcp;

namespace {

/// The device's next lines, up to some 16 KiB; `next` is the number of the first and then of the one after the last.
std::string lines(std::size_t device, std::int64_t& next, std::int64_t last) {
  std::string out;
  char line[160];
  while (next < last && out.size() < 16 * 1024) {
    const int size =
        std::snprintf(line, sizeof line,
                      R"({"device":"dev-%06zu","seq":%lld,"temperature":21.57,"humidity":48.2,"status":"ok"})"
                      "\n",
                      device, static_cast<long long>(next++));
    out.append(line, static_cast<std::size_t>(size));
  }
  return out;
}

struct Device {
  tcp::socket socket;
  std::size_t number;
  std::int64_t next = 0;
  std::int64_t last = 0;
  std::string out;

  void send() {
    out = lines(number, next, last);
    if (out.empty()) return;
    asio::async_write(socket, asio::buffer(out), [this](boost::system::error_code error, std::size_t) {
      if (!error) send();
    });
  }
};

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) {
    std::cerr << "usage: blast PORT COUNT CONNECTIONS\n";
    return 64;
  }
  const auto connections = static_cast<std::size_t>(std::atoi(argv[3]));
  asio::io_context io(1);
  std::vector<Device> devices;
  for (std::size_t number = 0; number < connections; ++number) {
    devices.push_back({tcp::socket(io), number, 0, std::atoll(argv[2]) / static_cast<std::int64_t>(connections), {}});
    devices.back().socket.connect({asio::ip::address_v4::loopback(), static_cast<std::uint16_t>(std::atoi(argv[1]))});
  }
  for (Device& device : devices) device.send();
  io.run();
}
