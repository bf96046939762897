// The options of the `http` sink.
#include <algorithm>

#include <fmt/format.h>

#include "config/node.hpp"
#include "http/fields.hpp"
#include "http/url.hpp"
#include "sink/http.hpp"

namespace fieldgate::sink {

namespace {

constexpr std::string_view own_headers[] = {
    "Host",   "Content-Length", "Transfer-Encoding", "Connection", "Upgrade", "Trailer", "TE", "Content-Encoding",
    "Expect", "Keep-Alive"};

/// Whether a request holds one message: the encoding joins nothing, or the batch is one. (The outlet reads these
/// options.)
bool one_at_a_time(const config::Section& section) {
  const config::Node* encoding = section.node("encoding");
  const config::Node* type = encoding != nullptr ? encoding->find("type") : nullptr;
  if (type != nullptr && (type->text == "json" || type->text == "payload")) return true;
  const config::Node* batch = section.node("batch");
  const config::Node* messages = batch != nullptr ? batch->find("max_messages") : nullptr;
  return messages != nullptr && messages->text == "1";
}

/// Checks the URL; what it is with stand-ins for its names, if it is one.
std::optional<http::Url> check_url(config::Section& section, const expression::Template& url) {
  if (url.empty()) return std::nullopt;
  const config::Node* node = section.node("url");
  if (node != nullptr && node->unresolved) return std::nullopt;
  const std::string& source = url.source();
  const std::size_t scheme = source.find("://");
  const std::size_t origin_end = scheme == std::string::npos ? source.size() : source.find_first_of("/?", scheme + 3);
  if (source.find("{{") < origin_end) {
    section.error("url",
                  "the names of a template may stand only behind the host: a message must not choose the server");
    return std::nullopt;
  }
  auto parsed = http::parse_url(url.sketch());
  if (!parsed) {
    section.error("url", parsed.error().text);
    return std::nullopt;
  }
  if (!parsed->user_info.empty() && node != nullptr && !node->substituted) {
    section.warning("url",
                    "holds a secret in the file itself; better \"${VAR}\", \"${file:PATH}\" or auth: { type: basic }");
  }
  return *parsed;
}

std::vector<Http::Header> read_headers(config::Section& section) {
  std::vector<Http::Header> headers;
  for (const auto& [name, value] : section.secret_map("headers", "Further headers; values may be templates.")) {
    const auto same = [&name = name](std::string_view own) { return http::same_name(own, name); };
    if (!http::is_token(name)) {
      section.error("headers", fmt::format("'{}' cannot be the name of a header", name));
    } else if (std::any_of(std::begin(own_headers), std::end(own_headers), same)) {
      section.error("headers", fmt::format("'{}' is set by the gateway itself", name));
    } else if (!http::is_field_value(value.reveal())) {
      section.error("headers", fmt::format("the value of '{}' has line ends or other control characters", name));
    } else if (auto parsed = expression::Template::parse(value.reveal(), expression::Place::header); !parsed) {
      section.error("headers", fmt::format("the value of '{}': {}", name, parsed.error().text));
    } else {
      headers.push_back({name, std::move(*parsed), value, {}});
    }
  }
  return headers;
}

std::optional<http::Url> read_proxy(config::Section& section) {
  const config::Secret text(section.text("proxy", "", "An HTTP proxy to go through: http://host:port."));
  if (text.empty()) return std::nullopt;
  const config::Node* node = section.node("proxy");
  if (node != nullptr && node->unresolved) return std::nullopt;
  auto proxy = http::parse_url(text.reveal());
  if (!proxy) {
    section.error("proxy", proxy.error().text);
  } else if (proxy->tls) {
    section.error("proxy",
                  "a proxy is given as http://host:port; https requests go through it in a tunnel all the same");
  } else if (proxy->target != "/") {
    section.error("proxy", "a proxy has no path, only http://host:port");
  } else {
    return *proxy;
  }
  return std::nullopt;
}

void check_together(config::Section& section, const Http::Config& config, const std::optional<http::Url>& url) {
  const auto varies = [](const Http::Header& header) { return header.value.varies(); };
  const bool header_varies = std::any_of(config.headers.begin(), config.headers.end(), varies);
  if ((config.url.varies() || header_varies) && !one_at_a_time(section)) {
    section.error(config.url.varies() ? "url" : "headers",
                  "has names that differ by message, so a request can hold only one: add batch: { max_messages: 1 }");
  }
  if (url && !url->tls && section.has("tls")) {
    section.error("tls", "is for https:// URLs; write url: \"https://...\" or leave tls out");
  }
  const bool has_authorization =
      std::any_of(config.headers.begin(), config.headers.end(),
                  [](const Http::Header& header) { return http::same_name(header.name, "Authorization"); });
  const int ways = (has_authorization ? 1 : 0) + (config.auth.kind != HttpAuthorization::Kind::none ? 1 : 0) +
                   (url && !url->user_info.empty() ? 1 : 0);
  if (ways > 1) section.error("auth", "say it once: auth, a user in the URL, or a header 'Authorization'");
}

}  // namespace

Http::Config Http::Config::read(config::Section& section) {
  Config config;
  config.url = expression::read_template(section, "url", config::required,
                                         "Where requests go; its path may differ by message.", expression::Place::url);
  config.method = section.choice<Method>("method", Method::post, "The request's method.",
                                         {{"POST", Method::post}, {"PUT", Method::put}, {"PATCH", Method::patch}});
  config.headers = read_headers(section);
  config.auth = HttpAuthorization::Options::read(section);
  config.tls = config::TlsClientOptions::read(section);
  config.proxy = read_proxy(section);
  config.compression = read_compression(section, "How the body is compressed.");
  check_together(section, config, check_url(section, config.url));
  return config;
}

}  // namespace fieldgate::sink
