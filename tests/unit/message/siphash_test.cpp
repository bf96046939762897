// SipHash-1-3: values of another implementation, and seeds.
#include "message/siphash.hpp"

#include <algorithm>
#include <string>
#include <unordered_set>
#include <vector>

#include "support/catch.hpp"

namespace fieldgate {
namespace {

TEST_CASE("hashes are those of CPython 3.11 (PYTHONHASHSEED=0), whose hash is SipHash-1-3 with a key of zeros") {
  const SipHash hash(0, 0);
  const std::vector<std::pair<std::string, std::uint64_t>> vectors = {
      {"a", 0x407448d2b89b1813},
      {"abcdefg", 0x6db12aae9070f506},
      {"abcdefgh", 0x3f7b849c0b8e35ea},
      {"abcdefghi", 0xf89b34a3d11eb6e5},
      {"868123456789012", 0x4296251b989046a1},
      {"the quick brown fox jumps", 0x00c98b97e4f70042},
  };
  for (const auto& [text, expected] : vectors) {
    CAPTURE(text);
    CHECK(hash(text) == expected);
  }
}

TEST_CASE("another key is another hash, and so is every seed of the system") {
  CHECK(SipHash(0, 1)("device-1") != SipHash(0, 0)("device-1"));
  CHECK(SipHash(1, 0)("device-1") != SipHash(0, 0)("device-1"));
  CHECK(SipHash()("device-1") != SipHash()("device-1"));
}

TEST_CASE("ids that are alike spread over the buckets of a table") {
  std::unordered_set<std::string, SipHash> ids;
  for (int i = 0; i < 50'000; ++i) ids.insert("00000000" + std::to_string(100'000 + i));
  std::size_t longest = 0;
  for (std::size_t i = 0; i < ids.bucket_count(); ++i) longest = std::max(longest, ids.bucket_size(i));
  CHECK(longest < 20);
}

}  // namespace
}  // namespace fieldgate
