// The API's routes of dead letters: list, show, deliver again, delete.
#include <algorithm>
#include <charconv>
#include <optional>

#include "admin/answers.hpp"
#include "admin/api.hpp"
#include "admin/letters.hpp"
#include "http/query.hpp"

namespace fieldgate::admin {

namespace {

using buffer::DeadLetterQuery;
using buffer::DeadLetters;

constexpr std::int64_t max_limit = 1'000;

std::optional<std::int64_t> number(std::string_view text) {
  std::int64_t value = 0;
  const auto end = std::from_chars(text.data(), text.data() + text.size(), value);
  if (end.ec != std::errc() || end.ptr != text.data() + text.size() || value < 1) return std::nullopt;
  return value;
}

/// What a target asks for; nothing where it makes no sense.
std::optional<DeadLetterQuery> read_query(const http::ServerRequest& request, bool& all) {
  const auto fields = http::parse_query(request.target);
  if (!fields) return std::nullopt;
  DeadLetterQuery query;
  for (const auto& [name, value] : *fields) {
    const std::optional<std::int64_t> count = number(value);
    if (name == "component") {
      query.component = value;
    } else if (name == "reason") {
      query.reason = value;
    } else if (name == "id" && count) {
      query.id = *count;
    } else if (name == "limit" && count) {
      query.limit = static_cast<std::size_t>(std::min(*count, max_limit));
    } else if (name == "all" && value == "true") {
      all = true;
    } else {
      return std::nullopt;
    }
  }
  return query;
}

/// The same where every letter is meant only if that is said.
std::optional<DeadLetterQuery> read_choice(const http::ServerRequest& request) {
  bool all = false;
  auto query = read_query(request, all);
  const bool chosen = query && (query->id != 0 || !query->component.empty() || !query->reason.empty());
  if (!query || chosen == all) return std::nullopt;
  return query;
}

// The dead letters are only asked before the first wait: a gateway that stops may not have them any more behind it.

/// `must`: no letter is an error.
Awaitable<http::ServerResponse> list(DeadLetters& letters, DeadLetterQuery query, bool must) {
  const buffer::DeadLetterTotals kept = letters.totals();
  const auto found = co_await letters.list(std::move(query));
  if (!found) co_return refuse(503, found.error().text);
  if (must && found->empty()) co_return refuse(404, "There is no such dead letter.");
  co_return http::ServerResponse{200, "application/json", to_json(*found, kept), {}};
}

Awaitable<http::ServerResponse> replay(DeadLetters& letters, DeadLetterQuery query) {
  const auto done = co_await letters.replay(std::move(query));
  if (!done) co_return refuse(503, done.error().text);
  co_return answer({{"replayed", done->marked}, {"frames", done->frames}, {"absent", done->absent}});
}

Awaitable<http::ServerResponse> purge(DeadLetters& letters, DeadLetterQuery query) {
  const auto gone = co_await letters.purge(std::move(query));
  if (!gone) co_return refuse(503, gone.error().text);
  co_return answer({{"purged", *gone}});
}

Awaitable<http::ServerResponse> refuse_later(std::string_view why) { co_return refuse(400, why); }

constexpr std::string_view bad_query =
    "The query is not understood; the parameters here are component, reason, id and limit.";
constexpr std::string_view bad_choice = "Say which ones: id, component, reason, or all=true.";

}  // namespace

void add_letter_routes(http::Server& server, const ApiParts& parts) {
  const std::string base = std::string(api_base) + "/dead-letters";
  DeadLetters& letters = parts.letters;
  server.route_waiting("GET", base + "", [&letters](const http::ServerRequest& request) {
    bool ignored = false;
    auto query = read_query(request, ignored);
    return query ? list(letters, std::move(*query), false) : refuse_later(bad_query);
  });
  server.route_waiting("GET", base + "/*", [&letters](const http::ServerRequest& request) {
    DeadLetterQuery query;
    query.id = number(request.path().substr(request.path().rfind('/') + 1)).value_or(0);
    return query.id != 0 ? list(letters, std::move(query), true) : refuse_later(bad_query);
  });
  server.route_waiting("POST", base + "/replay", [&letters](const http::ServerRequest& request) {
    auto query = read_choice(request);
    return query ? replay(letters, std::move(*query)) : refuse_later(bad_choice);
  });
  server.route_waiting("POST", base + "/purge", [&letters](const http::ServerRequest& request) {
    auto query = read_choice(request);
    return query ? purge(letters, std::move(*query)) : refuse_later(bad_choice);
  });
}

}  // namespace fieldgate::admin
