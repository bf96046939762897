#include <algorithm>
#include <numeric>
#include <random>

#include "cli/capture.hpp"
#include "support/catch.hpp"

using namespace fieldgate;
using cli::Reassembly;

namespace {

struct Stream {
  Reassembly reassembly;
  std::string bytes;
  std::size_t lost = 0;

  Reassembly::Out out() {
    return [this](Bytes piece, std::size_t gap) {
      bytes.append(piece);
      lost += gap;
    };
  }
  void segment(std::uint32_t sequence, Bytes piece) { reassembly.segment(sequence, piece, out()); }
};

}  // namespace

TEST_CASE("segments come out in order, whatever came late, twice or in other pieces") {
  std::string text(200, ' ');
  std::iota(text.begin(), text.end(), '\0');
  std::mt19937 chance(7);
  for (const std::uint32_t first : {0U, 1000U, 0xffffffb0U}) {
    Stream stream;
    stream.reassembly.begin(first - 1);
    std::vector<std::size_t> places(40);
    std::iota(places.begin(), places.end(), 0);
    std::shuffle(places.begin(), places.end(), chance);
    for (const std::size_t place : places) {
      const std::size_t from = place * 5 > 3 ? place * 5 - 3 : 0;  // they overlap
      stream.segment(first + static_cast<std::uint32_t>(from), Bytes(text).substr(from, 8));
    }
    CHECK(stream.bytes == text);
    CHECK(stream.lost == 0);
  }
}

TEST_CASE("the first segment begins a stream whose beginning was not captured") {
  Stream stream;
  stream.segment(500, "abc");
  stream.segment(503, "def");
  stream.segment(500, "abc");
  CHECK(stream.bytes == "abcdef");
  CHECK(stream.reassembly.repeated() == 1);
}

TEST_CASE("a segment that never comes is given up at the end, and counted") {
  Stream stream;
  stream.segment(0, "ab");
  stream.segment(5, "fg");
  CHECK(stream.bytes == "ab");
  stream.reassembly.finish(stream.out());
  CHECK(stream.bytes == "abfg");
  CHECK(stream.lost == 3);
}

TEST_CASE("what waits for a missing segment is bounded") {
  Stream stream;
  stream.segment(0, "a");
  const std::string piece(64 * 1024, 'x');
  for (std::uint32_t i = 0; i < 20; ++i) stream.segment(2 + i * 64 * 1024, piece);
  CHECK(stream.bytes.size() > 1024 * 1024);
  CHECK(stream.lost == 1);
}
