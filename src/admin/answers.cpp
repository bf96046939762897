// Answers: JSON and queries.
#include "admin/answers.hpp"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>

#include "http/guard.hpp"
#include "http/query.hpp"

namespace fieldgate::admin {

std::string dump(const Json& json) { return json.dump(-1, ' ', false, Json::error_handler_t::replace); }

http::ServerResponse answer(const Json& json, unsigned status) {
  return {status, "application/json", dump(json) + "\n", {}};
}

http::ServerResponse refuse(unsigned status, std::string_view why) { return http::refusal(status, why); }

Json time_value(TimePoint time) {
  if (time == TimePoint()) return nullptr;
  std::string text;
  append_rfc3339(text, time);
  return text;
}

std::string hex(std::string_view bytes) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string out;
  out.reserve(bytes.size() * 2);
  for (const char byte : bytes) {
    const auto value = static_cast<unsigned char>(byte);
    out += digits[value >> 4];
    out += digits[value & 15U];
  }
  return out;
}

std::optional<Query> Query::read(const http::ServerRequest& request, std::initializer_list<std::string_view> known) {
  auto fields = http::parse_query(request.target);
  if (!fields) return std::nullopt;
  Query query;
  for (auto& [name, value] : *fields) {
    const bool is_known = std::find(known.begin(), known.end(), name) != known.end();
    if (!is_known || query.has(name)) return std::nullopt;
    query.fields_.emplace_back(std::move(name), std::move(value));
  }
  return query;
}

std::optional<std::size_t> Query::count(std::string_view name, std::size_t fallback, std::size_t most) const {
  const std::string_view given = text(name);
  if (given.empty()) return fallback;
  std::size_t value = 0;
  const auto end = std::from_chars(given.data(), given.data() + given.size(), value);
  if (end.ec != std::errc() || end.ptr != given.data() + given.size() || value < 1 || value > most) return std::nullopt;
  return value;
}

http::ServerResponse refuse_query(std::initializer_list<std::string_view> known) {
  if (known.size() == 0) return refuse(400, "The query is not understood; there are no parameters here.");
  return refuse(400, fmt::format("The query is not understood; the parameters here are {}.", fmt::join(known, ", ")));
}

}  // namespace fieldgate::admin
