// Where the last whole member of a compressed file ends, wherever it was cut.
#include "sink/members.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <array>

#include "http/gzip.hpp"
#include "support/catch.hpp"
#include "support/temp_dir.hpp"

using namespace fieldgate;
using sink::Compression;

namespace {

std::string member(Compression compression, const std::string& text) {
  const std::array<std::string_view, 1> pieces{text};
  return *(compression == Compression::gzip ? http::sized_gzip(pieces) : sink::compress(compression, pieces));
}

std::uint64_t whole(const test::TempDir& folder, const std::string& content, Compression compression) {
  const auto path = folder.write("file", content);
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  const std::uint64_t size = sink::whole_members(file, content.size(), compression);
  ::close(file);
  return size;
}

std::string text_of(std::size_t size) {
  std::string text;
  for (std::size_t number = 1; text.size() < size; ++number) text += std::to_string(number * number) + "\n";
  return text;
}

}  // namespace

TEST_CASE("a file cut anywhere is whole up to the member before the cut") {
  const test::TempDir folder;
  for (const Compression compression : {Compression::gzip, Compression::zstd}) {
    const std::string first = member(compression, text_of(200));
    const std::string content = first + member(compression, "short") + member(compression, text_of(300));
    const std::uint64_t second_end = first.size() + member(compression, "short").size();
    for (std::size_t size = 0; size <= content.size(); ++size) {
      const std::uint64_t expected = size < first.size()     ? 0
                                     : size < second_end     ? first.size()
                                     : size < content.size() ? second_end
                                                             : size;
      CAPTURE(size);
      REQUIRE(whole(folder, content.substr(0, size), compression) == expected);
    }
  }
}

TEST_CASE("members of every size are told") {
  const test::TempDir folder;
  for (const Compression compression : {Compression::gzip, Compression::zstd}) {
    std::string content;
    for (const std::size_t size : {0U, 1U, 255U, 256U, 70000U, 300000U, 2000000U}) {
      content += member(compression, text_of(size));
      content += member(compression, std::string(size, 'x'));
    }
    CHECK(whole(folder, content, compression) == content.size());
    CHECK(whole(folder, content + std::string(5000, '\0'), compression) == content.size());
  }
}

TEST_CASE("what others began is left as it is") {
  const test::TempDir folder;
  const std::array<std::string_view, 1> pieces{"theirs"};
  const std::string plain_member = *http::gzip(pieces);
  CHECK(whole(folder, plain_member, Compression::gzip) == plain_member.size());
  CHECK(whole(folder, "a line\n", Compression::gzip) == 7);
  CHECK(whole(folder, "a line\n", Compression::zstd) == 7);
}
