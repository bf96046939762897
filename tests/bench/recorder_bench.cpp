// What recording a frame costs.
#include <chrono>
#include <cstdio>
#include <string>

#include "device/recorder.hpp"

int main() {
  using namespace fieldgate;
  device::Recorder recorder(4 * 1024 * 1024);
  Origin origin;
  origin.peer_ip = "10.0.0.1";
  origin.peer_port = 4711;
  const std::string frame(64, 'x');
  const protocol::FrameRecord record{frame,   false, "123456789012", "message", {},
                                     &origin, {},    Instant::now(), "meters",  false};
  constexpr int times = 10'000'000;
  const auto begin = std::chrono::steady_clock::now();
  for (int i = 0; i < times; ++i) recorder.record(record);
  const std::chrono::duration<double, std::nano> took = std::chrono::steady_clock::now() - begin;
  std::printf("recorder: %.1f ns for a frame of 64 bytes\n", took.count() / times);
}
