// Http: requests out of batches, and what the answers mean (config.md, Delivery).
#include "sink/http.hpp"

#include <algorithm>
#include <array>
#include <stdexcept>
#include <utility>

#include <fmt/format.h>

#include "sink/http_verdict.hpp"

namespace fieldgate::sink {

namespace {

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

constexpr std::string_view idempotency_key = "Idempotency-Key";

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
      log_(context.log),
      certificates_(context.reactor, context.metrics, context.log, config.tls.crt_file),
      gateway_(context.epoch != 0 ? context.environment.gateway : "") {
  const http::Origin origin = make_origin(config_, context);
  config_.url.bind(context.environment, context.paths);
  varies_ = config_.url.varies();
  const auto add_unless_given = [this](std::string_view name, std::string_view value) {
    const auto same = [name](const Header& header) { return http::same_name(header.name, name); };
    if (std::none_of(config_.headers.begin(), config_.headers.end(), same)) fields_.emplace_back(name, value);
  };
  add_unless_given("User-Agent", "fieldgate");
  add_unless_given("Content-Type", content_type(encoding_));
  if (config_.compression != Compression::none)
    fields_.emplace_back("Content-Encoding", content_encoding(config_.compression));
  for (Header& header : config_.headers) {
    header.value.bind(context.environment, context.paths);
    varies_ = varies_ || header.value.varies();
    header.fixed = !header.value.varies() ? header.value.constant() : std::string();
    if (http::same_name(header.name, idempotency_key)) gateway_.clear();
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
  for (const Header& header : config_.headers) {
    if (!header.value.varies()) fields.emplace_back(header.name, header.fixed);
  }
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
  Delivery delivery = co_await deliver_records(batch, first, last, lane);
  delivery.sent = lanes_[lane]->take_sent() + authorization_->take_sent();
  co_return delivery;
}

Awaitable<Delivery> Http::deliver_records(const Batch& batch, std::size_t first, std::size_t last, std::size_t lane) {
  const std::size_t records = last - first;
  const bool is_array = encoding_ == Encoding::Type::json_array;
  if (is_array || encoding_ == Encoding::Type::ndjson) {
    std::array<std::string_view, 3> body{is_array ? "[" : "", batch.run(first, last), is_array ? "]" : "\n"};
    co_return co_await send(body, batch.key(first), id_of(batch, first, last), records, lane);
  }
  for (std::size_t done = 0; done < records; ++done) {
    const std::size_t at = first + done;
    std::array<std::string_view, 3> body{batch.record(at)};
    Delivery delivery = co_await send(body, batch.key(at), id_of(batch, at, at + 1), 1, lane);
    if (delivery.outcome == Delivery::Outcome::confirmed) continue;
    delivery.delivered = done;
    co_return delivery;
  }
  co_return Delivery::done();
}

std::string Http::id_of(const Batch& batch, std::size_t first, std::size_t last) const {
  if (gateway_.empty() || batch.epoch() == 0) return {};
  std::string id = fmt::format("{}:{}:{}", gateway_, batch.epoch(), batch.receipt(first));
  if (last - first > 1) id += fmt::format("-{}", batch.receipt(last - 1));
  return id;
}

Awaitable<Delivery> Http::send(std::array<std::string_view, 3> body, std::string_view key, std::string id,
                               std::size_t records, std::size_t lane) {
  if (std::exchange(headers_refused_, false)) co_await read_headers_again();
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
  if (!id.empty()) fields.emplace_back(idempotency_key, std::move(id));
  auto authorization = co_await authorization_->value(timeout_);
  if (!authorization) {
    up_ = false;
    co_return failed(authorization.error());
  }
  if (!authorization->empty()) fields.emplace_back("Authorization", *authorization);

  Result<std::string> compressed(std::string{});
  if (config_.compression != Compression::none) {
    std::function<void()> job = [this, &body, &compressed] { compressed = compress(config_.compression, body); };
    co_await reactor_.blocking(std::move(job));
    if (!compressed) co_return failed(compressed.error());
    body = {*compressed};
  }
  http::Request request;
  request.method = method_name(config_.method);
  request.target = target;
  request.fields = &fields;
  request.body = body;
  auto response = co_await lanes_[lane]->send(request, timeout_);
  certificates_.peer_seen(lanes_[lane]->peer_certificate_end());
  up_ = response && !(is_temporary(response->status));
  if (!response) co_return failed(response.error());
  const Delivery delivery = judge(*response, lanes_[lane]->origin().url.origin() + target, records);
  if (response->status == 401 || response->status == 403) refused(*authorization, delivery.text);
  co_return delivery;
}

void Http::refused(const std::string& authorization, const std::string& text) {
  authorization_->refused(authorization);
  headers_refused_ = true;
  log_.limited(telemetry::Level::error, "authorization",
               "{}; nothing is lost, but nothing passes until the service accepts the credentials", text);
}

Awaitable<> Http::read_headers_again() {
  const auto secrets = std::make_shared<std::vector<config::Secret>>();
  for (const Header& header : config_.headers) secrets->push_back(header.secret);
  std::function<void()> job = [secrets] {
    for (config::Secret& secret : *secrets) {
      if (auto again = secret.read_again()) secret = *again;
    }
  };
  co_await reactor_.blocking(std::move(job));
  for (std::size_t i = 0; i < secrets->size(); ++i) {
    Header& header = config_.headers[i];
    const std::string& value = (*secrets)[i].reveal();
    const bool usable = header.secret.has_source() && !header.value.varies() && http::is_field_value(value) &&
                        value.find("{{") == std::string::npos;
    // What was text stays text: a file that is filled anew must not choose what of a message goes out.
    if (usable && value != header.secret.reveal()) header.fixed = value;
    if (usable) header.secret = (*secrets)[i];
  }
}

Delivery Http::failed(const Error& error) const {
  Delivery delivery;
  delivery.outcome = Delivery::Outcome::retry;
  delivery.reason = error.reason;
  delivery.text = error.text;
  return delivery;
}

Awaitable<> Http::stop(Duration) {
  for (const auto& lane : lanes_) lane->close();
  authorization_->close();
  co_return;
}

}  // namespace fieldgate::sink
