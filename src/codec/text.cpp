// Text: one string in one member.
#include "codec/text.hpp"

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

}  // namespace fieldgate::codec
