// HttpAuthorization: fixed values, and tokens.
#include "sink/http_authorization.hpp"

#include <algorithm>
#include <stdexcept>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "http/fields.hpp"
#include "message/json.hpp"
#include "telemetry/log.hpp"

namespace fieldgate::sink {

namespace {

using Clock = std::chrono::steady_clock;

/// A token is not used in the last seconds of its life: it could end on the way.
constexpr auto margin = std::chrono::seconds(30);

/// RFC 6749 5.1 only recommends expires_in.
constexpr auto default_life = std::chrono::minutes(5);

/// application/x-www-form-urlencoded, as RFC 6749 appendix B wants it.
std::string form_encoded(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const bool plain = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' ||
                       c == '.' || c == '_' || c == '~';
    if (plain) {
      out += c;
    } else {
      fmt::format_to(std::back_inserter(out), "%{:02X}", static_cast<unsigned char>(c));
    }
  }
  return out;
}

std::string basic(std::string_view user, std::string_view password) {
  std::string value = "Basic ";
  json::append_base64(value, fmt::format("{}:{}", user, password));
  return value;
}

std::string fixed_value(const HttpAuthorization::Options& options, const http::Url& url) {
  using Kind = HttpAuthorization::Kind;
  if (options.kind == Kind::basic) return basic(options.username, options.password.reveal());
  if (options.kind == Kind::bearer) return "Bearer " + options.token.reveal();
  if (options.kind == Kind::oauth2 || url.user_info.empty()) return {};
  std::string value = "Basic ";
  json::append_base64(value, url.user_info.reveal());
  return value;
}

void check(config::Section& section, const HttpAuthorization::Options& options) {
  using Kind = HttpAuthorization::Kind;
  const auto belongs = [&section](std::string_view name, Kind kind, Kind wanted, std::string_view word, bool needed) {
    if (kind != wanted && section.has(name)) section.error(name, fmt::format("belongs to auth: {{ type: {} }}", word));
    if (kind == wanted && needed && !section.has(name)) {
      section.error({}, fmt::format("auth of type {} needs '{}'", word, name));
    }
  };
  belongs("username", options.kind, Kind::basic, "basic", true);
  belongs("password", options.kind, Kind::basic, "basic", true);
  belongs("token", options.kind, Kind::bearer, "bearer", true);
  belongs("token_url", options.kind, Kind::oauth2, "oauth2", true);
  belongs("client_id", options.kind, Kind::oauth2, "oauth2", true);
  belongs("client_secret", options.kind, Kind::oauth2, "oauth2", true);
  belongs("scope", options.kind, Kind::oauth2, "oauth2", false);
  if (!http::is_field_value(options.token.reveal()))
    section.error("token", "has line ends or other control characters");
  if (options.username.find(':') != std::string::npos) {
    section.error("username", "a user name cannot have a ':' (RFC 7617)");
  }
  if (options.kind != Kind::oauth2 || options.token_url.empty()) return;
  const auto url = http::parse_url(options.token_url);
  if (!url) {
    section.error("token_url", url.error().text);
  } else if (!url->user_info.empty()) {
    section.error("token_url", "takes no user and password; they are client_id and client_secret");
  }
}

}  // namespace

HttpAuthorization::Options HttpAuthorization::Options::read(config::Section& sink) {
  Options options;
  const bool given = sink.has("auth");
  sink.section("auth", "Who the gateway says it is.", [&](config::Section& s) {
    options.kind = s.choice<Kind>(
        "type", {Kind::none, "none"}, "basic: user and password; bearer: a token; oauth2: client credentials.",
        {{"none", Kind::none}, {"basic", Kind::basic}, {"bearer", Kind::bearer}, {"oauth2", Kind::oauth2}});
    options.username = s.text("username", "", "The user, for basic.");
    options.password = s.secret("password", "The password, for basic.");
    options.token = s.secret("token", "The token, for bearer.");
    options.token_url = s.text("token_url", "", "Where tokens are fetched, for oauth2.");
    options.client_id = s.text("client_id", "", "The client, for oauth2.");
    options.client_secret = s.secret("client_secret", "The client's secret, for oauth2.");
    options.scope = s.text("scope", "", "What the token is to be good for, for oauth2.");
    if (given && !s.has("type")) s.error({}, "auth needs a 'type': basic, bearer or oauth2");
    if (s.has("type")) check(s, options);
  });
  return options;
}

HttpAuthorization::HttpAuthorization(const Options& options, const http::Origin& service, reactor::Reactor& reactor)
    : options_(options),
      url_(service.url),
      reactor_(reactor),
      value_(fixed_value(options, service.url)),
      fetched_(reactor.io()) {
  if (options_.kind != Kind::oauth2) return;
  auto url = http::parse_url(options_.token_url);
  if (!url) throw std::runtime_error("auth.token_url: " + url.error().text);
  http::Origin origin = service;
  origin.url = *url;
  if (url->tls && !origin.tls) {
    auto context = reactor::tls_client_context(origin.tls_options);
    if (!context) throw std::runtime_error("auth.token_url: " + context.error().text);
    origin.tls = *context;
  }
  target_ = url->target;
  client_ = std::make_unique<http::Client>(reactor, std::move(origin));
}

Awaitable<Result<std::string>> HttpAuthorization::value(Duration timeout) {
  while (fetching_) co_await fetched_.wait();
  const bool is_due = refused_ || (options_.kind == Kind::oauth2 && (value_.empty() || Clock::now() >= expires_));
  if (!is_due) co_return value_;
  fetching_ = true;
  if (std::exchange(refused_, false)) co_await read_again();
  Result<std::string> result = value_;
  if (options_.kind == Kind::oauth2) result = co_await fetch(timeout);
  fetching_ = false;
  fetched_.notify();
  co_return result;
}

Awaitable<> HttpAuthorization::read_again() {
  const auto fresh = std::make_shared<Options>(options_);
  std::function<void()> job = [fresh] {
    for (config::Secret* secret : {&fresh->password, &fresh->token, &fresh->client_secret}) {
      if (auto again = secret->read_again()) *secret = *again;
    }
  };
  co_await reactor_.blocking(std::move(job));
  options_ = *fresh;
  if (options_.kind != Kind::oauth2) value_ = fixed_value(options_, url_);
}

Awaitable<Result<std::string>> HttpAuthorization::fetch(Duration timeout) {
  std::string form = "grant_type=client_credentials";
  if (!options_.scope.empty()) form += "&scope=" + form_encoded(options_.scope);
  http::Fields fields{{"Accept", "application/json"}, {"Content-Type", "application/x-www-form-urlencoded"}};
  fields.emplace_back("Authorization",
                      basic(form_encoded(options_.client_id), form_encoded(options_.client_secret.reveal())));
  http::Request request;
  request.target = target_;
  request.fields = &fields;
  request.body[0] = form;
  auto response = co_await client_->send(request, timeout);
  if (!response) co_return Error{"token", "cannot fetch a token: " + response.error().text};
  refused_ = response->status == 400 || response->status == 401;  // RFC 6749 5.2: invalid_client
  co_return read_token(*response);
}

Result<std::string> HttpAuthorization::read_token(const http::Response& response) {
  const std::string who = client_->origin().url.origin() + target_;
  const auto answer = nlohmann::json::parse(response.body, nullptr, false);
  const bool is_object = answer.is_object();
  if (response.status != 200) {
    const auto error = is_object ? answer.find("error") : answer.end();
    const bool said = is_object && error != answer.end() && error->is_string();
    return Error{"token", fmt::format("{} gives no token: it answered {}{}", who, response.status,
                                      said ? " " + telemetry::escaped(error->get_ref<const std::string&>()) : "")};
  }
  const auto token = is_object ? answer.find("access_token") : answer.end();
  if (!is_object || token == answer.end() || !token->is_string() || token->get_ref<const std::string&>().empty() ||
      !http::is_field_value(token->get_ref<const std::string&>())) {
    return Error{"token", who + " answered 200 without an access_token"};
  }
  const auto life = answer.find("expires_in");
  std::chrono::seconds seconds = default_life;
  if (life != answer.end() && life->is_number()) {
    seconds = std::chrono::seconds(static_cast<std::int64_t>(std::clamp(life->get<double>(), 0.0, 31536000.0)));
  }
  expires_ = Clock::now() + std::max(seconds - margin, std::chrono::seconds(seconds / 2));
  value_ = "Bearer " + token->get<std::string>();
  return value_;
}

void HttpAuthorization::refused(const std::string& value) {
  if (value != value_) return;  // another lane was faster
  refused_ = true;
  if (options_.kind == Kind::oauth2) value_.clear();
}

void HttpAuthorization::close() {
  if (client_) client_->close();
}

}  // namespace fieldgate::sink
