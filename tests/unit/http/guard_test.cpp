// Proves the rules by which the server refuses strangers.
#include "http/guard.hpp"

#include "support/catch.hpp"

using namespace fieldgate;
using namespace fieldgate::http;
using namespace std::chrono_literals;

namespace {

constexpr Failures::Time start{};
const Asker somebody{true, "192.0.2.9", "10.0.0.5"};

ServerRequest request(const std::string& method, Fields fields) { return {method, "/x", std::move(fields), {}, {}}; }

/// The status of the refusal; 0: none.
unsigned status(const std::optional<ServerResponse>& refused) { return refused ? refused->status : 0; }

/// A guard off loopback, and what it answers to a token.
struct Bench {
  unsigned with(const std::string& authorization, const std::string& from = "192.0.2.9", Failures::Time now = start) {
    const Fields fields = authorization.empty() ? Fields() : Fields{{"Authorization", authorization}};
    last = guard.refuse(request("GET", fields), Access::guarded, {true, from, "10.0.0.5"}, now, rule);
    return status(last);
  }
  Guard guard{false, {"gw.example.com", "*.plant.example"}, config::Secret("0123456789abcdef")};
  std::optional<ServerResponse> last;
  std::string_view rule;
};

}  // namespace

TEST_CASE("the token opens, another one does not, and none says how to ask") {
  Bench bench;
  CHECK(bench.with("Bearer 0123456789abcdef") == 0);
  CHECK(bench.with("bearer 0123456789abcdef") == 0);
  CHECK(bench.with("") == 401);
  CHECK(find_field(bench.last->fields, "WWW-Authenticate") == "Bearer realm=\"fieldgate\"");
  CHECK(bench.rule == "no_token");
  for (const char* wrong :
       {"Bearer 0123456789abcdeF", "Bearer 0123456789abcde", "Bearer 0123456789abcdef0", "Bearer "}) {
    Bench other;
    CHECK(other.with(wrong) == 401);
    CHECK(other.rule == "token");
  }
}

TEST_CASE("after five wrong tokens an address waits a minute, also with the right one, and others do not") {
  Bench bench;
  for (int i = 0; i < Failures::most; ++i) CHECK(bench.with("Bearer wrong") == 401);
  CHECK(bench.with("Bearer wrong") == 429);
  CHECK(bench.with("Bearer 0123456789abcdef") == 429);
  CHECK(find_field(bench.last->fields, "Retry-After") == "60");
  CHECK(bench.with("Bearer 0123456789abcdef", "192.0.2.10") == 0);
  CHECK(bench.with("Bearer 0123456789abcdef", "192.0.2.9", start + 60s) == 0);
}

TEST_CASE("failures of many addresses stay within their bound") {
  Failures failures;
  for (std::size_t i = 0; i <= Failures::max_addresses; ++i) {
    for (int times = 0; times < Failures::most; ++times)
      failures.count(std::to_string(i), start + std::chrono::milliseconds(i));
  }
  const auto now = start + std::chrono::milliseconds(Failures::max_addresses);
  CHECK_FALSE(failures.too_many("0", now));  // the oldest made room
  CHECK(failures.too_many("1", now));
  CHECK(failures.too_many(std::to_string(Failures::max_addresses), now));
}

TEST_CASE("off loopback the server answers to its own names, and to its own address") {
  const Bench bench;
  const auto of = [&](const std::string& host) {
    std::string_view rule;
    return status(bench.guard.refuse(request("GET", {{"Host", host}}), somebody, rule));
  };
  for (const char* host : {"gw.example.com", "GW.example.com:8970", "a.plant.example", "localhost", "10.0.0.5:8970"}) {
    INFO(host);
    CHECK(of(host) == 0);
  }
  for (const char* host : {"evil.example", "gw.example.com.evil.example", "plant.example", "a.b.plant.example",
                           ".plant.example", "10.0.0.6", "[::1]x", "[::1"}) {
    INFO(host);
    CHECK(of(host) == 421);
  }
}

TEST_CASE("through TLS, only the origin that is ours too is served") {
  const Bench bench;
  const auto of = [&](const std::string& origin) {
    std::string_view rule;
    return status(bench.guard.refuse(request("GET", {{"Host", "gw.example.com"}, {"Origin", origin}}), somebody, rule));
  };
  CHECK(of("https://gw.example.com") == 0);
  CHECK(of("http://gw.example.com") == 403);
  CHECK(of("https://gw.example.com:1") == 403);
  CHECK(of("null") == 403);
}

TEST_CASE("probes need no token, and metrics none on loopback") {
  Guard near(true, {}, config::Secret("0123456789abcdef"));
  Guard far(false, {}, config::Secret("0123456789abcdef"));
  const auto of = [](Guard& guard, Access access) {
    std::string_view rule;
    return status(guard.refuse(request("GET", {}), access, somebody, start, rule));
  };
  CHECK(of(near, Access::open) == 0);
  CHECK(of(near, Access::loopback) == 0);
  CHECK(of(near, Access::guarded) == 401);
  CHECK(of(far, Access::open) == 0);
  CHECK(of(far, Access::loopback) == 401);
}

TEST_CASE("texts are compared whole") {
  CHECK(equal_in_constant_time("", ""));
  CHECK(equal_in_constant_time("abc", "abc"));
  CHECK_FALSE(equal_in_constant_time("abc", "abd"));
  CHECK_FALSE(equal_in_constant_time("abc", "ab"));
  CHECK_FALSE(equal_in_constant_time("abc", std::string("abc\0", 4)));
}
