// What a line must be to be a sentence of NMEA 0183.
#include <algorithm>
#include <charconv>

#include "codec/nmea0183.hpp"

namespace fieldgate::codec {

/// Takes the marks and the checksum off a line.
std::optional<Failure> Nmea0183::check(std::string_view& line) const {
  if (line.starts_with('\\')) {  // a tag block of NMEA 4.10 stands in front
    const std::size_t end = line.find('\\', 1);
    line.remove_prefix(end == line.npos ? line.size() : end + 1);
  }
  if (line.starts_with('$') || line.starts_with('!')) line.remove_prefix(1);
  const std::size_t star = line.rfind('*');
  const bool has_checksum = star != line.npos && line.size() - star <= 3;
  if (!has_checksum) {
    if (config_.checksum == Checksum::required)
      return Failure{"no_checksum", "a sentence has no checksum", offset(line.data() + line.size())};
    return std::nullopt;
  }
  unsigned given = 0;
  const auto [end, bad] = std::from_chars(line.data() + star + 1, line.data() + line.size(), given, 16);
  const bool is_hex = bad == std::errc() && end == line.data() + line.size() && line.size() - star == 3;
  unsigned sum = 0;
  for (const char c : line.substr(0, star)) sum ^= static_cast<unsigned char>(c);
  line = line.substr(0, star);
  if (config_.checksum != Checksum::ignored && (!is_hex || given != sum))
    return Failure{"bad_checksum", "a sentence's checksum is wrong", offset(line.data() + star)};
  return std::nullopt;
}

std::optional<Failure> Nmea0183::split(std::string_view sentence, std::vector<std::string_view>& fields) {
  const auto unprintable = std::find_if(sentence.begin(), sentence.end(), [](char c) { return c < ' ' || c > '~'; });
  if (unprintable != sentence.end())
    return Failure{"bad_character", "a sentence holds a byte that is no printable ASCII",
                   static_cast<std::size_t>(unprintable - sentence.begin())};
  fields.clear();
  for (std::size_t at = 0; at <= sentence.size();) {
    const std::size_t end = std::min(sentence.find(',', at), sentence.size());
    if (fields.size() == max_fields) return Failure{"too_many_fields", "a sentence has more than 128 fields", at};
    fields.push_back(sentence.substr(at, end - at));
    at = end + 1;
  }
  const std::string_view tag = fields[0];
  const auto is_word = [](char c) {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
  };
  if (tag.size() < 4 || tag.size() > 16 || !std::all_of(tag.begin(), tag.end(), is_word))
    return Failure{"not_a_sentence", "a line does not begin with a sentence's name", 0};
  return std::nullopt;
}

}  // namespace fieldgate::codec
