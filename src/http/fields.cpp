// Fields: comparing and checking.
#include "http/fields.hpp"

#include <algorithm>

namespace fieldgate::http {

bool same_name(std::string_view a, std::string_view b) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [&](char x, char y) { return lower(x) == lower(y); });
}

std::string_view find_field(const Fields& fields, std::string_view name) {
  for (const auto& [known, value] : fields) {
    if (same_name(known, name)) return value;
  }
  return {};
}

bool is_token(std::string_view name) {
  const auto is_tchar = [](char c) {
    const bool letter_or_digit = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    return letter_or_digit || (c != '\0' && std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos);
  };
  return !name.empty() && std::all_of(name.begin(), name.end(), is_tchar);
}

bool is_field_value(std::string_view value) {
  return std::none_of(value.begin(), value.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return (byte < 0x20 && c != '\t') || byte == 0x7F;
  });
}

}  // namespace fieldgate::http
