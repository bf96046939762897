// judge: 2xx, what may be better later, and what never will.
#include "sink/http_verdict.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "http/date.hpp"

namespace fieldgate::sink {

namespace {

/// A service that asks for more is asked again all the same: nobody remembers a wait of a day.
constexpr Duration longest_retry_after = std::chrono::hours(1);

/// A counter's label must be a literal, so only what services really answer has its own.
std::string_view status_reason(unsigned status) {
  constexpr std::pair<unsigned, std::string_view> known[] = {
      {301, "status_301"}, {302, "status_302"}, {307, "status_307"}, {308, "status_308"}, {400, "status_400"},
      {401, "status_401"}, {403, "status_403"}, {404, "status_404"}, {405, "status_405"}, {406, "status_406"},
      {408, "status_408"}, {409, "status_409"}, {410, "status_410"}, {411, "status_411"}, {413, "status_413"},
      {414, "status_414"}, {415, "status_415"}, {422, "status_422"}, {425, "status_425"}, {429, "status_429"},
      {431, "status_431"}, {500, "status_500"}, {502, "status_502"}, {503, "status_503"}, {504, "status_504"}};
  for (const auto& [code, name] : known) {
    if (code == status) return name;
  }
  return status >= 500 ? "status_5xx" : status >= 400 ? "status_4xx" : "status_3xx";
}

/// One message of many may be to blame, so that the others would pass without it: it cannot be read, is at odds with
/// what is there, or makes the whole too large.
bool is_divisible(unsigned status) { return status == 400 || status == 409 || status == 413 || status == 422; }

/// The service is there, but wants less.
bool is_overload(unsigned status) { return status == 429 || status == 503; }

}  // namespace

bool is_temporary(unsigned status) {
  return status == 408 || status == 425 || status == 429 || status == 401 || status == 403 || status >= 500;
}

Delivery judge(const http::Response& response, std::string_view address, std::size_t records) {
  Delivery delivery;
  const unsigned status = response.status;
  if (status / 100 == 2) return delivery;
  delivery.reason = status_reason(status);
  delivery.text = fmt::format("{} answered {}", address.substr(0, address.find('?')), status);
  if (status / 100 == 3) delivery.text += " (redirects are not followed: write the new address into url)";
  if (!response.body.empty()) delivery.text += ": " + telemetry::escaped(response.body, 200);
  if (status >= 200 && !is_temporary(status)) {
    delivery.outcome = Delivery::Outcome::rejected;
    delivery.rejected = records;
    delivery.divisible = is_divisible(status);
    return delivery;
  }
  delivery.outcome = Delivery::Outcome::retry;
  delivery.overloaded = is_overload(status);
  const auto wait = http::parse_retry_after(response.field("Retry-After"), Instant::now().wall);
  if (wait) delivery.retry_after = std::min(*wait, longest_retry_after);
  return delivery;
}

}  // namespace fieldgate::sink
