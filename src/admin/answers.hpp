// How the API's answers are made: JSON, whatever bytes a device has put into it. For this room's own files.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

#include "http/server.hpp"
#include "message/time.hpp"

namespace fieldgate::admin {

using Json = nlohmann::ordered_json;

/// As text, with what is not UTF-8 replaced.
std::string dump(const Json& json);

/// An answer, and its line end.
http::ServerResponse answer(const Json& json, unsigned status = 200);

/// `{"error": why}`; `why` is a sentence.
http::ServerResponse refuse(unsigned status, std::string_view why);

/// RFC 3339, or null where there is none yet.
Json time_value(TimePoint time);

/// Lower-case hex without spaces.
std::string hex(std::string_view bytes);

/// The query of a request, one value a name; nothing where it is malformed, or has a name beside `known`.
class Query {
 public:
  static std::optional<Query> read(const http::ServerRequest& request, std::initializer_list<std::string_view> known);

  /// Empty where it is not given.
  std::string_view text(std::string_view name) const { return http::find_field(fields_, name); }
  bool has(std::string_view name) const { return !text(name).empty(); }

  /// A whole number from 1 to `most`, `fallback` where it is not given; nothing where it is none.
  std::optional<std::size_t> count(std::string_view name, std::size_t fallback, std::size_t most) const;

 private:
  http::Fields fields_;
};

/// What is said of a query that is not understood: which names there are.
http::ServerResponse refuse_query(std::initializer_list<std::string_view> known);

}  // namespace fieldgate::admin
