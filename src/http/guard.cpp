// Guard: each rule in the order in which a stranger should hear of it.
#include "http/guard.hpp"

#include <algorithm>
#include <array>

#include <openssl/crypto.h>
#include <openssl/sha.h>

#include "message/json.hpp"
#include "reactor/asio.hpp"

namespace fieldgate::http {

namespace {

std::array<unsigned char, SHA256_DIGEST_LENGTH> digest(std::string_view text) {
  std::array<unsigned char, SHA256_DIGEST_LENGTH> out{};
  SHA256(reinterpret_cast<const unsigned char*>(text.data()), text.size(), out.data());
  return out;
}

/// RFC 6125 6.4.3: a star is a whole first label, and stands for exactly one.
bool fits(std::string_view name, std::string_view host) {
  if (!name.starts_with("*.")) return same_name(name, host);
  const std::size_t dot = host.find('.');
  return dot != std::string_view::npos && dot > 0 && same_name(name.substr(1), host.substr(dot));
}

bool is_json(std::string_view content_type) {
  std::string_view type = content_type.substr(0, content_type.find(';'));
  while (type.ends_with(' ')) type.remove_suffix(1);
  return same_name(type, "application/json");
}

}  // namespace

bool equal_in_constant_time(std::string_view a, std::string_view b) {
  const auto first = digest(a);
  const auto second = digest(b);
  return CRYPTO_memcmp(first.data(), second.data(), first.size()) == 0;
}

bool is_loopback_host(std::string_view host) {
  if (same_name(host, "localhost")) return true;
  error_code ec;
  const auto address = asio::ip::make_address(std::string(host), ec);
  return !ec && address.is_loopback();
}

std::optional<std::string_view> host_of(std::string_view field) {
  if (!field.starts_with('[')) return field.substr(0, field.find(':'));
  const std::size_t end = field.find(']');
  if (end == std::string_view::npos || (end + 1 != field.size() && field[end + 1] != ':')) return std::nullopt;
  return field.substr(1, end - 1);
}

ServerResponse refusal(unsigned status, std::string_view why) {
  ServerResponse response{status, "application/json", "{\"error\":"};
  json::append_string(response.body, why);
  response.body += "}\n";
  return response;
}

bool Failures::too_many(const std::string& address, Time now) {
  const auto found = addresses_.find(address);
  return found != addresses_.end() && now - found->second.begin < window && found->second.count >= most;
}

void Failures::count(const std::string& address, Time now) {
  if (addresses_.size() >= max_addresses && !addresses_.contains(address)) forget_old(now);
  auto [found, is_new] = addresses_.try_emplace(address, Since{now});
  if (now - found->second.begin >= window) found->second = {now};
  ++found->second.count;
}

/// Makes room: by all that are over, else by the oldest.
void Failures::forget_old(Time now) {
  std::erase_if(addresses_, [now](const auto& each) { return now - each.second.begin >= window; });
  if (addresses_.size() < max_addresses) return;
  addresses_.erase(std::min_element(addresses_.begin(), addresses_.end(),
                                    [](const auto& a, const auto& b) { return a.second.begin < b.second.begin; }));
}

Guard::Guard(bool on_loopback, std::vector<std::string> names, config::Secret token)
    : on_loopback_(on_loopback), names_(std::move(names)), token_(std::move(token)) {}

bool Guard::is_ours(std::string_view field, const Asker& asker) const {
  const auto host = host_of(field);
  if (!host) return false;
  if (is_loopback_host(*host)) return true;
  // Nobody can make a browser take our address for a name of his.
  if (!on_loopback_ && *host == asker.local_address) return true;
  return std::any_of(names_.begin(), names_.end(), [&](const std::string& name) { return fits(name, *host); });
}

std::optional<ServerResponse> Guard::refuse(const ServerRequest& request, const Asker& asker,
                                            std::string_view& rule) const {
  const std::string_view host = find_field(request.fields, "Host");
  if (!host.empty() && !is_ours(host, asker)) {
    rule = "host";
    return refusal(421, "This server is not called that; ask for it by a name of its certificate, or as localhost.");
  }
  const std::string_view origin = find_field(request.fields, "Origin");
  if (!origin.empty() && origin != (asker.secure ? "https://" : "http://") + std::string(host)) {
    rule = "origin";
    return refusal(403, "Pages of another origin may not ask this server.");
  }
  return std::nullopt;
}

std::optional<ServerResponse> Guard::refuse(const ServerRequest& request, Access access, const Asker& asker,
                                            Failures::Time now, std::string_view& rule) {
  const bool wants_token = access == Access::guarded || (access == Access::loopback && !on_loopback_);
  if (wants_token && !token_.empty()) {
    if (auto refused = check_token(request, asker, now, rule)) return refused;
  }
  if (request.method == "GET" || request.method == "HEAD") return std::nullopt;
  if (!is_json(find_field(request.fields, "Content-Type"))) {
    rule = "content_type";
    return refusal(415, "What changes anything is sent with 'Content-Type: application/json'.");
  }
  if (find_field(request.fields, "X-Fieldgate") != "1") {
    rule = "csrf";
    return refusal(403, "What changes anything is sent with the header 'X-Fieldgate: 1'.");
  }
  return std::nullopt;
}

std::optional<ServerResponse> Guard::check_token(const ServerRequest& request, const Asker& asker, Failures::Time now,
                                                 std::string_view& rule) {
  if (failures_.too_many(asker.address, now)) {
    rule = "token_rate";
    auto response = refusal(429, "Too many wrong tokens came from this address; wait a minute.");
    response.fields.emplace_back("Retry-After", "60");
    return response;
  }
  const std::string_view given = find_field(request.fields, "Authorization");
  constexpr std::string_view scheme = "Bearer ";
  const bool bearer = given.size() > scheme.size() && same_name(given.substr(0, scheme.size()), scheme);
  if (bearer && equal_in_constant_time(given.substr(scheme.size()), token_.reveal())) return std::nullopt;
  if (!given.empty()) failures_.count(asker.address, now);
  rule = given.empty() ? "no_token" : "token";
  auto response = refusal(401, given.empty() ? "This needs the token: 'Authorization: Bearer TOKEN' (admin.token)."
                                             : "This is not the token (admin.token).");
  response.fields.emplace_back("WWW-Authenticate", given.empty()
                                                       ? "Bearer realm=\"fieldgate\""
                                                       : "Bearer realm=\"fieldgate\", error=\"invalid_token\"");
  return response;
}

}  // namespace fieldgate::http
