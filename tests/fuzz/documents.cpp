// CheckedDocuments: what every document must be.
#include "fuzz/documents.hpp"

#include <nlohmann/json.hpp>
#include <string>

#include "fuzz/targets.hpp"
#include "message/json.hpp"

namespace fieldgate::fuzz {

void CheckedDocuments::document(const Document& document) {
  std::string compact;
  json::append_compact(compact, document.json);
  require(json::find_invalid_utf8(document.json) == std::string_view::npos, "a document that is not UTF-8");
  try {
    require(nlohmann::json::parse(compact).is_object(), "a document that is no object");
  } catch (const nlohmann::json::out_of_range&) {
    return;  // a number that no double holds
  } catch (const nlohmann::json::parse_error&) {
    require(false, "a document that is no JSON");
  }
  json::Member member;
  for (std::string_view rest = document.json; json::next_member(rest, member);)
    require(!member.value.empty(), "a member without a value");
}

}  // namespace fieldgate::fuzz
