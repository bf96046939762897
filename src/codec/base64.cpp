// Base64: undone, then the codec inside.
#include "codec/base64.hpp"

#include "codec/armour.hpp"
#include "codec/inner.hpp"
#include "message/json.hpp"

namespace fieldgate::codec {

Base64::Config Base64::Config::read(config::Section& section) { return {read_inner(section)}; }

std::optional<Failure> Base64::decode(Bytes frame, Receiver& out) {
  bytes_.clear();
  if (const auto wrong = append_from_base64(bytes_, frame)) return Failure{"bad_base64", "expected base64", *wrong};
  auto failure = inner_->decode(bytes_, out);
  if (failure) failure->offset = failure->offset * 4 / 3;
  return failure;
}

Result<void> Base64::encode(std::string_view json, std::string& out) const {
  std::string bytes;
  if (auto encoded = inner_->encode(json, bytes); !encoded) return encoded;
  json::append_base64(out, bytes);
  return {};
}

}  // namespace fieldgate::codec
