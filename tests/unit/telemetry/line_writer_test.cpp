// Proves that lines are written, in order, and given up when nobody reads.
#include "telemetry/line_writer.hpp"

#include <fcntl.h>
#include <unistd.h>

#include "support/catch.hpp"
#include "support/http_captured.hpp"

using fieldgate::telemetry::LineWriter;
using fieldgate::test::Captured;

TEST_CASE("more lines than the queue holds arrive whole when somebody reads") {
  Captured captured(STDERR_FILENO);
  LineWriter writer(STDERR_FILENO);
  writer.start();
  std::string expected;
  for (int line = 0; line < 1500; ++line) {
    const std::string text = std::to_string(line) + "\n";
    expected += text;
    writer.write(text);
    if (captured.read(text.size()) != text) FAIL("line " << line);
  }
  writer.stop(std::chrono::seconds(5));
  CHECK(writer.dropped() == 0);
}

TEST_CASE("a line longer than any line should be is cut") {
  Captured captured(STDERR_FILENO);
  LineWriter writer(STDERR_FILENO);
  writer.write(std::string(2 * LineWriter::max_line, 'a') + "\n");
  const std::string text = captured.text();
  CHECK(text.size() == LineWriter::max_line + 4);
  CHECK(text.back() == '\n');
}

TEST_CASE("a descriptor that cannot be written to is counted") {
  const int full = ::open("/dev/full", O_WRONLY | O_CLOEXEC);
  LineWriter writer(full);
  writer.start();
  writer.write("a\n");
  writer.write("b\n");
  writer.stop(std::chrono::seconds(5));
  CHECK(writer.dropped() == 2);
  ::close(full);
}
