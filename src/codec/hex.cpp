// Hex: digits, then the codec inside.
#include "codec/hex.hpp"

#include "codec/armour.hpp"
#include "codec/inner.hpp"

namespace fieldgate::codec {

Hex::Config Hex::Config::read(config::Section& section) { return {read_inner(section)}; }

std::optional<Failure> Hex::decode(Bytes frame, Receiver& out) {
  bytes_.clear();
  if (const auto wrong = append_from_hex(bytes_, frame))
    return Failure{"bad_hex", "expected pairs of hex digits", *wrong};
  auto failure = inner_->decode(bytes_, out);
  if (failure) failure->offset *= 2;
  return failure;
}

Result<void> Hex::encode(std::string_view json, std::string& out) const {
  std::string bytes;
  if (auto encoded = inner_->encode(json, bytes); !encoded) return encoded;
  append_hex(out, bytes);
  return {};
}

}  // namespace fieldgate::codec
