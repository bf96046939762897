// The control socket's routes.
#include "admin/control.hpp"

#include <charconv>
#include <optional>

#include <fmt/format.h>

#include "admin/letters.hpp"
#include "http/query.hpp"

namespace fieldgate::admin {

namespace {

using buffer::DeadLetterQuery;
using buffer::DeadLetters;

constexpr std::int64_t max_limit = 1'000;

http::ServerResponse json(std::string body) { return {200, "application/json", std::move(body)}; }

http::ServerResponse plain(unsigned status, std::string_view text) {
  return {status, "text/plain; charset=utf-8", std::string(text) + "\n"};
}

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
  if (!found) co_return plain(503, found.error().text);
  if (must && found->empty()) co_return plain(404, "there is no such dead letter");
  co_return json(to_json(*found, kept));
}

Awaitable<http::ServerResponse> replay(DeadLetters& letters, DeadLetterQuery query) {
  const auto done = co_await letters.replay(std::move(query));
  if (!done) co_return plain(503, done.error().text);
  co_return json(
      fmt::format("{{\"replayed\":{},\"frames\":{},\"absent\":{}}}\n", done->marked, done->frames, done->absent));
}

Awaitable<http::ServerResponse> purge(DeadLetters& letters, DeadLetterQuery query) {
  const auto gone = co_await letters.purge(std::move(query));
  if (!gone) co_return plain(503, gone.error().text);
  co_return json(fmt::format("{{\"purged\":{}}}\n", *gone));
}

Awaitable<http::ServerResponse> refuse(std::string_view why) { co_return plain(400, why); }

constexpr std::string_view bad_query = "the query is not understood";
constexpr std::string_view bad_choice = "say which ones: id, component, reason, or all=true";

}  // namespace

Control::Control(reactor::Reactor& reactor, const std::filesystem::path& socket, DeadLetters& letters,
                 GiveStatus status)
    : server_(reactor, {config::Address::Kind::unix_socket, socket.string(), 0}) {
  server_.route("GET", "/status",
                [status = std::move(status)](const http::ServerRequest&) { return json(to_json(status())); });
  server_.route_waiting("GET", "/dead-letters", [&letters](const http::ServerRequest& request) {
    bool ignored = false;
    auto query = read_query(request, ignored);
    return query ? list(letters, std::move(*query), false) : refuse(bad_query);
  });
  server_.route_waiting("GET", "/dead-letters/*", [&letters](const http::ServerRequest& request) {
    DeadLetterQuery query;
    query.id = number(request.path().substr(request.path().rfind('/') + 1)).value_or(0);
    return query.id != 0 ? list(letters, std::move(query), true) : refuse(bad_query);
  });
  server_.route_waiting("POST", "/dead-letters/replay", [&letters](const http::ServerRequest& request) {
    auto query = read_choice(request);
    return query ? replay(letters, std::move(*query)) : refuse(bad_choice);
  });
  server_.route_waiting("POST", "/dead-letters/purge", [&letters](const http::ServerRequest& request) {
    auto query = read_choice(request);
    return query ? purge(letters, std::move(*query)) : refuse(bad_choice);
  });
}

}  // namespace fieldgate::admin
