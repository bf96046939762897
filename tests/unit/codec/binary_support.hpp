// A binary codec read from YAML, for tests.
#pragma once

#include <memory>
#include <string>

#include "codec/binary.hpp"
#include "codec/cayenne_lpp.hpp"
#include "codec/json.hpp"
#include "unit/codec/collected.hpp"
#include "unit/config/reading.hpp"

namespace fieldgate::codec {

inline std::string from_hex(std::string_view hex) {
  std::string bytes;
  std::string digits;
  for (const char c : hex)
    if (c != ' ' && c != '\n') digits += c;
  for (std::size_t i = 0; i + 1 < digits.size(); i += 2)
    bytes += static_cast<char>(std::stoi(digits.substr(i, 2), nullptr, 16));
  return bytes;
}

inline std::string to_hex(std::string_view bytes) {
  std::string hex;
  for (const char c : bytes) {
    constexpr std::string_view digits = "0123456789abcdef";
    hex += digits[static_cast<unsigned char>(c) >> 4];
    hex += digits[static_cast<unsigned char>(c) & 15];
  }
  return hex;
}

/// Options of the codec in flow or block style, without `type`.
struct BinaryCodec {
  explicit BinaryCodec(const std::string& options, const std::vector<std::vector<std::string>>& used = {}) {
    config::Reading reading("codec:\n" + indented(options), [&](config::Section& root) {
      codecs.add<Binary>(), codecs.add<CayenneLpp>(), codecs.add<Json>();
      root.reader().provide(codecs);
      root.section("codec", "codec", [this](config::Section& section) { config = Binary::Config::read(section); });
    });
    problem = reading.only();
    printed = reading.printed;
    for (const auto& path : used) paths.intern(path);
    if (reading.problems.errors() == 0) codec = std::make_unique<Binary>(config, paths);
  }

  static std::string indented(const std::string& text) {
    std::string out = "  ";
    for (const char c : text) out += c == '\n' ? std::string("\n  ") : std::string(1, c);
    return out;
  }

  /// The documents, one a line; or "! reason".
  std::string decode_bytes(std::string_view bytes) {
    if (!codec) return "! " + printed;
    Collected out;
    const auto failure = codec->decode(bytes, out);
    if (failure) return "! " + std::string(failure->reason);
    std::string all;
    for (const auto& one : out.documents) all += (all.empty() ? "" : "\n") + one.json;
    last = out;
    return all;
  }
  std::string decode(std::string_view hex) { return decode_bytes(from_hex(hex)); }

  std::string encode(std::string_view json) {
    if (!codec) return "! " + printed;
    std::string out;
    const auto done = codec->encode(json, out);
    return done ? to_hex(out) : "! " + done.error().text;
  }

  config::Registry<Factory> codecs{"codec"};
  expression::Paths paths;
  Binary::Config config;
  std::unique_ptr<Binary> codec;
  std::string problem;
  std::string printed;
  Collected last;
};

}  // namespace fieldgate::codec
