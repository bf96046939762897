// Http: requests out of batches, and what the answers mean (config.md, Delivery).
#include "sink/http.hpp"

#include <algorithm>
#include <array>
#include <stdexcept>

#include <fmt/format.h>

#include "http/date.hpp"
#include "http/gzip.hpp"

namespace fieldgate::sink {

namespace {

/// A service that asks for more is asked again all the same: nobody remembers a wait of a day.
constexpr Duration longest_retry_after = std::chrono::hours(1);

std::string_view method_name(Http::Method method) {
  constexpr std::string_view names[] = {"POST", "PUT", "PATCH"};
  return names[static_cast<std::size_t>(method)];
}

std::string_view content_type(Encoding::Type encoding) {
  switch (encoding) {
    case Encoding::Type::ndjson:
      return "application/x-ndjson";
    case Encoding::Type::payload:
      return "application/octet-stream";
    case Encoding::Type::json:
    case Encoding::Type::json_array:
      break;
  }
  return "application/json";
}

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

bool is_temporary(unsigned status) {
  return status == 408 || status == 425 || status == 429 || status == 401 || status == 403 || status >= 500;
}

/// Takes a line off the front of a key.
std::string_view take_line(std::string_view& key) {
  const std::size_t end = key.find('\n');
  const std::string_view line = key.substr(0, end);
  key.remove_prefix(std::min(key.size(), line.size() + 1));
  return line;
}

http::Origin make_origin(const Http::Config& config, const Context& context) {
  const std::string where = "sinks." + context.name;
  // Names stand only behind the host, so any text will do for them.
  std::string source = config.url.source();
  source.resize(std::min(source.size(), source.find("{{")));
  auto url = http::parse_url(source);
  if (!url) throw std::runtime_error(where + ".url: " + url.error().text);
  http::Origin origin;
  origin.url = *url;
  origin.tls_options = config.tls;
  origin.proxy = config.proxy;
  if (origin.url.tls) {
    auto tls = reactor::tls_client_context(config.tls);
    if (!tls) throw std::runtime_error(where + ".tls: " + tls.error().text);
    origin.tls = *tls;
  }
  return origin;
}

}  // namespace

Http::Http(const Config& config, const Context& context)
    : config_(config),
      encoding_(context.encoding.type),
      timeout_(context.request.timeout),
      reactor_(context.reactor),
      log_(context.log) {
  const http::Origin origin = make_origin(config_, context);
  config_.url.bind(context.environment, context.paths);
  varies_ = config_.url.varies();
  const auto add_unless_given = [this](std::string_view name, std::string_view value) {
    const auto same = [name](const Header& header) { return http::same_name(header.name, name); };
    if (std::none_of(config_.headers.begin(), config_.headers.end(), same)) fields_.emplace_back(name, value);
  };
  add_unless_given("User-Agent", "fieldgate");
  add_unless_given("Content-Type", content_type(encoding_));
  if (config_.compression == Compression::gzip) fields_.emplace_back("Content-Encoding", "gzip");
  for (Header& header : config_.headers) {
    header.value.bind(context.environment, context.paths);
    varies_ = varies_ || header.value.varies();
    if (!header.value.varies()) fields_.emplace_back(header.name, header.value.constant());
  }
  if (!config_.url.varies()) {
    auto url = http::parse_url(config_.url.constant());
    if (!url) throw std::runtime_error("sinks." + context.name + ".url: " + url.error().text);
    target_ = url->target;
  }
  authorization_ = std::make_unique<HttpAuthorization>(config_.auth, origin, reactor_);
  for (std::size_t lane = 0; lane < context.request.concurrency; ++lane) {
    lanes_.push_back(std::make_unique<http::Client>(reactor_, origin));
  }
}

Result<void> Http::append_key(const Message& message, std::string& out) const {
  if (!varies_) return {};
  const std::size_t begin = out.size();
  Result<void> filled;
  if (config_.url.varies()) {
    filled = config_.url.fill(message, out);
    out += '\n';
  }
  for (const Header& header : config_.headers) {
    if (!filled || !header.value.varies()) continue;
    filled = header.value.fill(message, out);
    out += '\n';
  }
  if (!filled) out.resize(begin);
  return filled;
}

Result<void> Http::address(std::string_view key, std::string& target, http::Fields& fields) const {
  target = target_;
  if (!varies_) return {};
  if (config_.url.varies()) {
    auto url = http::parse_url(take_line(key));
    if (!url) return url.error();
    target = std::move(url->target);
  }
  for (const Header& header : config_.headers) {
    if (header.value.varies()) fields.emplace_back(header.name, take_line(key));
  }
  return {};
}

Awaitable<Delivery> Http::deliver(const Batch& batch, std::size_t first, std::size_t last, std::size_t lane) {
  const std::size_t records = last - first;
  const bool is_array = encoding_ == Encoding::Type::json_array;
  if (is_array || encoding_ == Encoding::Type::ndjson) {
    std::array<std::string_view, 3> body{is_array ? "[" : "", batch.run(first, last), is_array ? "]" : "\n"};
    co_return co_await send(body, batch.key(first), records, lane);
  }
  for (std::size_t done = 0; done < records; ++done) {
    std::array<std::string_view, 3> body{batch.record(first + done)};
    Delivery delivery = co_await send(body, batch.key(first + done), 1, lane);
    if (delivery.outcome == Delivery::Outcome::confirmed) continue;
    delivery.delivered = done;
    co_return delivery;
  }
  co_return Delivery::done();
}

Awaitable<Delivery> Http::send(std::array<std::string_view, 3> body, std::string_view key, std::size_t records,
                               std::size_t lane) {
  http::Fields fields = fields_;
  std::string target;
  if (auto addressed = address(key, target, fields); !addressed) {
    Delivery rejected;
    rejected.outcome = Delivery::Outcome::rejected;
    rejected.rejected = records;
    rejected.reason = "url";
    rejected.text = addressed.error().text;
    co_return rejected;
  }
  auto authorization = co_await authorization_->value(timeout_);
  if (!authorization) {
    up_ = false;
    co_return failed(authorization.error());
  }
  if (!authorization->empty()) fields.emplace_back("Authorization", *authorization);

  Result<std::string> compressed(std::string{});
  if (config_.compression == Compression::gzip) {
    std::function<void()> compress = [&body, &compressed] { compressed = http::gzip(body); };
    co_await reactor_.blocking(std::move(compress));
    if (!compressed) co_return failed(compressed.error());
    body = {*compressed};
  }
  http::Request request;
  request.method = method_name(config_.method);
  request.target = target;
  request.fields = &fields;
  request.body = body;
  auto response = co_await lanes_[lane]->send(request, timeout_);
  up_ = response && !(is_temporary(response->status));
  if (!response) co_return failed(response.error());
  if (response->status == 401) authorization_->refused(*authorization);
  co_return judge(*response, target, records);
}

Delivery Http::failed(const Error& error) const {
  Delivery delivery;
  delivery.outcome = Delivery::Outcome::retry;
  delivery.reason = error.reason;
  delivery.text = error.text;
  return delivery;
}

Delivery Http::judge(const http::Response& response, std::string_view target, std::size_t records) {
  Delivery delivery;
  const unsigned status = response.status;
  if (status / 100 == 2) return delivery;
  delivery.reason = status_reason(status);
  const std::string_view path = target.substr(0, target.find('?'));  // a query often holds a key
  delivery.text = fmt::format("{}{} answered {}", lanes_[0]->origin().url.origin(), path, status);
  if (status / 100 == 3) delivery.text += " (redirects are not followed: write the new address into url)";
  if (!response.body.empty()) delivery.text += ": " + telemetry::escaped(response.body, 200);
  if (status >= 200 && !is_temporary(status)) {
    delivery.outcome = Delivery::Outcome::rejected;
    delivery.rejected = records;
    return delivery;
  }
  delivery.outcome = Delivery::Outcome::retry;
  const auto wait = http::parse_retry_after(response.field("Retry-After"), Instant::now().wall);
  if (wait) delivery.retry_after = std::min(*wait, longest_retry_after);
  if (status == 401 || status == 403) {
    log_.limited(telemetry::Level::error, "authorization",
                 "{}; nothing is lost, but nothing passes until the service accepts the credentials", delivery.text);
  }
  return delivery;
}

Awaitable<> Http::stop(Duration) {
  for (const auto& lane : lanes_) lane->close();
  authorization_->close();
  co_return;
}

}  // namespace fieldgate::sink
