// Text: one string in one member.
#include "codec/text.hpp"

#include "codec/text_field.hpp"
#include "message/json.hpp"

namespace fieldgate::codec {

std::optional<Failure> Text::decode(Bytes frame, Receiver& out) {
  json_ = "{\"text\":";
  json::append_string(json_, frame);
  json_ += '}';
  Document document;
  checker_.pick_front(json_, document);
  out.document(document);
  return std::nullopt;
}

Result<void> Text::encode(std::string_view json, std::string& out) const {
  const auto value = find_member(json, "text");
  std::string scratch;
  if (!value || value->kind != Value::Kind::string) return Error{"encode", "expected {\"text\": \"...\"}"};
  out += text_of(*value, scratch);
  return {};
}

}  // namespace fieldgate::codec
