// The codecs of the protocols that come with the program.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "codec/csv.hpp"
#include "codec/hex.hpp"
#include "codec/key_value.hpp"
#include "codec/lua.hpp"
#include "codec/nmea0183.hpp"
#include "codec/regex.hpp"
#include "codec/text.hpp"
#include "support/catch.hpp"
#include "unit/codec/binary_support.hpp"

using namespace fieldgate;
using namespace fieldgate::codec;

namespace {

/// What is wrong with the codecs of a file; how many there are.
std::string problems_of(const std::filesystem::path& path, int& count) {
  std::ifstream file(path);
  std::stringstream text;
  text << file.rdbuf();
  config::Registry<Factory> codecs("codec");
  codecs.add<Binary>(), codecs.add<CayenneLpp>(), codecs.add<Json>(), codecs.add<Regex>(), codecs.add<Csv>();
  codecs.add<KeyValue>(), codecs.add<Nmea0183>(), codecs.add<Text>(), codecs.add<Lua>(), codecs.add<Hex>();
  config::Reading reading(text.str(), [&](config::Section& root) {
    root.reader().provide(codecs);
    root.accept_all_keys();
    const config::Node* const protocols = root.node("protocols");
    if (protocols == nullptr || !protocols->is_map()) return;
    for (const auto& entry : protocols->entries) {
      const config::Node::Entry* const codec = entry.value.is_map() ? entry.value.entry("codec") : nullptr;
      const config::Node::Entry* const type =
          codec != nullptr && codec->value.is_map() ? codec->value.entry("type") : nullptr;
      if (type == nullptr) continue;
      ++count;
      config::Section section(root.reader(), &codec->value, entry.key, nullptr);
      codecs.read(section);
    }
  });
  return reading.printed;
}

}  // namespace

TEST_CASE("the codecs of the shipped protocols are right, and say in which zone their clocks are") {
  int count = 0;
  for (const auto& entry : std::filesystem::directory_iterator(SOURCE_ROOT "/config/protocols")) {
    if (entry.path().extension() != ".yaml") continue;
    CAPTURE(entry.path().filename());
    CHECK(problems_of(entry.path(), count) == "");
  }
  CHECK(count > 60);
}
