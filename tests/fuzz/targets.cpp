// The fuzz targets: one for each parser that meets bytes which nobody trusts.
#include "fuzz/targets.hpp"

#include <cstdio>
#include <cstdlib>

namespace fieldgate::fuzz {

std::vector<Target> targets() {
  std::vector<Target> all;
  for (const auto some : {framing_targets(), text_codec_targets(), binary_targets(), expression_targets(),
                          config_targets(), packed_codec_targets(), protocol_targets()})
    all.insert(all.end(), some.begin(), some.end());
  return all;
}

void run(std::string_view name, std::string_view bytes) {
  static const std::vector<Target> all = targets();
  for (const Target& target : all) {
    if (target.name == name) return target.run(bytes);
  }
  require(false, "there is no such target");
}

void require(bool kept, const char* promise) {
  if (kept) return;
  std::fprintf(stderr, "broken: %s\n", promise);
  std::abort();
}

unsigned choice(std::string_view& bytes) {
  if (bytes.empty()) return 0;
  const auto value = static_cast<unsigned char>(bytes.front());
  bytes.remove_prefix(1);
  return value;
}

}  // namespace fieldgate::fuzz
