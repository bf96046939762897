// What cutting costs, by framer, beside a cutter written by hand for the same frames.
#include <chrono>
#include <cstdio>
#include <cstring>
#include <functional>
#include <string>

#include "unit/framing/from_yaml.hpp"

namespace {

using namespace fieldgate;

struct Cuts {
  std::size_t frames = 0;
  std::size_t bytes = 0;
};

/// As a connection feeds it: 64 KiB at a time.
Cuts through(framing::Framer& framer, std::string_view stream) {
  Cuts cuts;
  std::size_t at = 0;
  for (std::size_t read = 65536; at < stream.size(); read = std::min(read + 65536, stream.size())) {
    read = std::min(read, stream.size());
    for (;;) {
      const framing::Cut cut = framer.next(stream.substr(at, read - at));
      at += cut.consumed;
      if (cut.kind == framing::Cut::Kind::frame) ++cuts.frames, cuts.bytes += cut.frame.size();
      if (cut.kind == framing::Cut::Kind::incomplete || at == read) break;
    }
    if (read == stream.size()) break;
  }
  return cuts;
}

/// Prints the best of several rounds; gives MB/s.
double measure(const char* name, std::string_view stream, const std::function<Cuts()>& cut) {
  double best = 1e9;
  Cuts cuts;
  for (int round = 0; round < 15; ++round) {
    const auto start = std::chrono::steady_clock::now();
    cuts = cut();
    best = std::min(best, std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
  }
  const double megabytes = static_cast<double>(stream.size()) / 1e6 / best;
  std::printf("%-44s %9.0f MB/s %7.1f M frames/s\n", name, megabytes, static_cast<double>(cuts.frames) / 1e6 / best);
  return megabytes;
}

std::string framed(const framing::Factory& factory, std::size_t payload, std::size_t frames) {
  std::string stream;
  for (std::size_t i = 0; i < frames; ++i) {
    std::string bytes;
    for (std::size_t k = 0; k < payload; ++k) bytes += static_cast<char>('a' + (i * 7 + k) % 26);
    static_cast<void>(factory.make()->wrap(bytes, stream));
  }
  return stream;
}

Cuts lines_by_hand(std::string_view stream) {
  Cuts cuts;
  for (std::size_t at = 0; at < stream.size();) {
    const void* const found = std::memchr(stream.data() + at, '\n', stream.size() - at);
    if (found == nullptr) break;
    const auto end = static_cast<std::size_t>(static_cast<const char*>(found) - stream.data());
    ++cuts.frames, cuts.bytes += end - at;
    at = end + 1;
  }
  return cuts;
}

Cuts lengths_by_hand(std::string_view stream) {
  Cuts cuts;
  const auto byte = [&](std::size_t at) { return static_cast<std::size_t>(static_cast<unsigned char>(stream[at])); };
  for (std::size_t at = 0; at + 2 <= stream.size();) {
    const std::size_t size = byte(at) << 8U | byte(at + 1);
    if (at + 2 + size > stream.size()) break;
    ++cuts.frames, cuts.bytes += size;
    at += 2 + size;
  }
  return cuts;
}

}  // namespace

int main() {
  static constexpr const char* all[] = {
      "type: line",
      "type: delimiter, delimiters: ';'",
      "type: delimiter, delimiters: [\"\\r\\n\", \"\\n\"], strip: false",
      "type: fixed, length: 64",
      "type: int16",
      "type: length_field, start: 0x68, length_offset: 1, length_size: 2, length_adjust: 2, payload: [3, -2], "
      "checksum: "
      "{algorithm: crc16_modbus, endian: little}",
      "type: length_field, length_encoding: ascii, length_terminator: ',', strip: header",
      "type: netstring",
      "type: varint",
      "type: start_end, start: '(', end: ')'",
      "type: jt808",
      "type: hdlc",
      "type: slip",
      "type: cobs",
      "type: modbus_tcp",
      "type: switch, cases: [{match: {bytes: 0x00}, framing: {type: length_field, length_size: 2}}]",
      "type: sml",
  };
  for (const char* const options : all) {
    const framing::FromYaml read("{ " + std::string(options) + " }");
    if (!read.problem.empty()) {
      std::printf("%s: %s\n", options, read.problem.c_str());
      return 1;
    }
    const std::string stream = framed(read.factory, 64, 100'000);
    const auto framer = read.factory.make();
    measure(std::string(options).substr(0, 44).c_str(), stream, [&] { return through(*framer, stream); });
    if (std::string_view(options) == "type: line") measure("  by hand", stream, [&] { return lines_by_hand(stream); });
    if (std::string_view(options) == "type: int16")
      measure("  by hand", stream, [&] { return lengths_by_hand(stream); });
  }
  return 0;
}
