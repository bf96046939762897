// What is promised of the framers.
#include "framing/datagram.hpp"
#include "framing/delimiter.hpp"
#include "framing/fixed.hpp"
#include "framing/length_field.hpp"
#include "framing/line.hpp"
#include "framing/netstring.hpp"
#include "fuzz/targets.hpp"
#include "unit/framing/cutting.hpp"

namespace fieldgate::fuzz {

namespace {

/// Any split of the bytes gives the same frames.
void split(const framing::Factory& factory, std::string_view bytes, std::size_t max_length) {
  const std::size_t chunk = 1 + choice(bytes) % 70;
  const std::size_t most_kept = max_length + 16;
  const framing::Outcome whole = framing::cut(*factory.make(), bytes, bytes.empty() ? 1 : bytes.size(), most_kept);
  require(whole.broken.empty(), whole.broken.c_str());
  require(framing::cut(*factory.make(), bytes, chunk, most_kept) == whole, "another split, other frames");
}

void line(std::string_view bytes) {
  const std::size_t max_length = 1 + choice(bytes);
  split(framing::Factory::of<framing::Line>({max_length, (choice(bytes) & 1U) != 0}), bytes, max_length);
}

void delimiter(std::string_view bytes) {
  framing::Delimiter::Config config;
  config.max_length = 1 + choice(bytes);
  const unsigned flags = choice(bytes);
  config.strip = (flags & 1U) != 0;
  config.skip_empty = (flags & 2U) != 0;
  for (unsigned i = 0; i < 1 + (flags >> 2U) % 4; ++i) {
    const std::size_t length = 1 + choice(bytes) % 4;
    if (bytes.size() < length) return;
    config.delimiters.emplace_back(bytes.substr(0, length));
    bytes.remove_prefix(length);
  }
  split(framing::Factory::of<framing::Delimiter>(config), bytes, config.max_length);
}

void fixed(std::string_view bytes) {
  const std::size_t length = 1 + choice(bytes);
  split(framing::Factory::of<framing::Fixed>({length, length}), bytes, length);
}

void netstring(std::string_view bytes) {
  const std::size_t max_length = 1 + choice(bytes);
  split(framing::Factory::of<framing::Netstring>({max_length}), bytes, max_length);
}

void length_field(std::string_view bytes) {
  framing::LengthField::Config config;
  config.length_offset = choice(bytes) % 32;
  config.length_size = 1 + choice(bytes) % 8;
  config.endian = (choice(bytes) & 1U) != 0 ? framing::LengthField::Endian::little : framing::LengthField::Endian::big;
  config.length_adjust = static_cast<signed char>(choice(bytes));
  config.payload = {static_cast<signed char>(choice(bytes)), static_cast<signed char>(choice(bytes))};
  config.max_length = config.length_offset + config.length_size + choice(bytes);
  split(framing::Factory::of<framing::LengthField>(config), bytes, config.max_length);
}

}  // namespace

std::span<const Target> framing_targets() {
  static constexpr Target targets[] = {
      {"line", line},           {"delimiter", delimiter},       {"fixed", fixed},
      {"netstring", netstring}, {"length_field", length_field},
  };
  return targets;
}

}  // namespace fieldgate::fuzz
