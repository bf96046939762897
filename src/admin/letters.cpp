// Dead letters as JSON.
#include "admin/letters.hpp"

#include <nlohmann/json.hpp>

#include <fmt/format.h>

#include "message/json.hpp"

namespace fieldgate::admin {

namespace {

using Json = nlohmann::ordered_json;

std::string rfc3339(TimePoint time) {
  std::string text;
  append_rfc3339(text, time);
  return text;
}

/// As text, or in hex under another name, so that every byte comes back.
void put(Json& json, const std::string& name, std::string_view bytes) {
  if (json::find_invalid_utf8(bytes) == std::string_view::npos) {
    json[name] = bytes;
    return;
  }
  std::string hex;
  hex.reserve(bytes.size() * 2);
  for (const char byte : bytes) fmt::format_to(std::back_inserter(hex), "{:02x}", static_cast<unsigned char>(byte));
  json[name + "_hex"] = hex;
}

/// A list's record may have been cut within a character.
std::string_view whole_characters(const buffer::DeadLetter& letter) {
  std::string_view text = letter.record;
  if (text.size() == letter.size) return text;
  const std::size_t end = json::find_invalid_utf8(text);
  return end != std::string_view::npos && text.size() - end < 4 ? text.substr(0, end) : text;
}

Json to_value(const buffer::DeadLetter& letter) {
  Json json = {{"id", letter.id}, {"component", letter.component}, {"reason", letter.reason}};
  put(json, "text", letter.text);
  put(json, "device", letter.device);
  put(json, "key", letter.key);
  json["received"] = rfc3339(letter.received);
  json["died"] = rfc3339(letter.died);
  json["message"] = letter.receipt == 0 ? std::string() : fmt::format("{}:{}", letter.epoch, letter.receipt);
  json["replay"] = letter.replay;
  json["size"] = letter.size;
  put(json, "record", whole_characters(letter));
  return json;
}

}  // namespace

std::string to_json(const std::vector<buffer::DeadLetter>& letters, const buffer::DeadLetterTotals& kept) {
  Json list = Json::array();
  for (const buffer::DeadLetter& letter : letters) list.push_back(to_value(letter));
  const Json json = {{"dead_letters", std::move(list)}, {"kept", {{"letters", kept.letters}, {"bytes", kept.bytes}}}};
  return json.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace fieldgate::admin
