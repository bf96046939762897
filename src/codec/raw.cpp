// Raw: base64 in one member.
#include "codec/raw.hpp"

#include "codec/armour.hpp"
#include "codec/text_field.hpp"
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

Result<void> Raw::encode(std::string_view json, std::string& out) const {
  const auto value = find_member(json, "base64");
  std::string scratch;
  if (!value || value->kind != Value::Kind::string || append_from_base64(out, text_of(*value, scratch)))
    return Error{"encode", "expected {\"base64\": \"...\"}"};
  return {};
}

}  // namespace fieldgate::codec
