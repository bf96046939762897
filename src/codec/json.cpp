// Json: one object, or the objects of an array.
#include "codec/json.hpp"

namespace fieldgate::codec {

std::optional<Failure> Json::decode(Bytes frame, Receiver& out) {
  Document document;
  if (auto failure = checker_.check(frame, document)) return failure;
  switch (document.json.front()) {
    case '{':
      out.document(document);
      return std::nullopt;
    case '[':
      break;
    default:
      return Failure{"not_an_object", "the document is neither an object nor an array of objects", 0};
  }
  if (!checker_.items_are_objects()) return Failure{"not_an_object", "an item of the array is not an object", 0};
  deliver_items(document.json, out);
  return std::nullopt;
}

/// The whole array has been checked by now, so that none of its items is delivered unless all can be.
void Json::deliver_items(std::string_view array, Receiver& out) {
  for (;;) {
    const std::size_t begin = array.find('{');  // only white space and a comma stand before it
    if (begin == std::string_view::npos) return;
    array.remove_prefix(begin);
    Document item;
    array.remove_prefix(checker_.pick_front(array, item));
    out.document(item);
  }
}

}  // namespace fieldgate::codec
