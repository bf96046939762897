// Raw: base64 in one member.
#include "codec/raw.hpp"

#include "message/json.hpp"

namespace fieldgate::codec {

std::optional<Failure> Raw::decode(Bytes frame, Receiver& out) {
  json_ = "{\"base64\":\"";
  json::append_base64(json_, frame);
  json_ += "\"}";
  Document document;
  checker_.pick_front(json_, document);
  out.document(document);
  return std::nullopt;
}

}  // namespace fieldgate::codec
