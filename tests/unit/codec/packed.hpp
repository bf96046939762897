// Frames of bytes in, JSON out: what the tests of the binary document codecs share.
#pragma once

#include <cstdio>
#include <fstream>
#include <string>

#include <nlohmann/json.hpp>

#include "support/catch.hpp"
#include "unit/codec/collected.hpp"

namespace fieldgate::codec {

inline std::string from_hex(std::string_view hex) {
  std::string bytes;
  std::string digits;
  for (const char c : hex) {
    if (c == ' ') continue;
    digits += c;
    if (digits.size() < 2) continue;
    bytes += static_cast<char>(std::stoi(digits, nullptr, 16));
    digits.clear();
  }
  return bytes;
}

inline std::string to_hex(std::string_view bytes) {
  std::string hex;
  char two[3];
  for (const char c : bytes) {
    std::snprintf(two, sizeof two, "%02x", static_cast<unsigned>(static_cast<unsigned char>(c)));
    hex += two;
  }
  return hex;
}

/// Its documents one behind the other, or "! reason".
inline std::string decoded(Codec& codec, Bytes frame) {
  Collected out;
  if (const auto failure = codec.decode(frame, out)) {
    REQUIRE(out.documents.empty());
    return "! " + std::string(failure->reason);
  }
  std::string all;
  for (const Collected::One& one : out.documents) all += one.json;
  return all;
}

inline std::string decoded_hex(Codec& codec, std::string_view hex) { return decoded(codec, from_hex(hex)); }

/// As hex, or "! reason".
inline std::string encoded(const Codec& codec, std::string_view json) {
  std::string out = "<";
  const auto done = codec.encode(json, out);
  REQUIRE(out.starts_with("<"));
  if (done) return to_hex(out.substr(1));
  REQUIRE(out == "<");
  return "! " + std::string(done.error().reason);
}

inline nlohmann::json vectors(const std::string& set) {
  std::ifstream file(TEST_DATA "/vectors/" + set + ".json");
  return nlohmann::json::parse(file).at("records");
}

}  // namespace fieldgate::codec
