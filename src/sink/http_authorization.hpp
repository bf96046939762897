// What the `http` sink says about who it is.
#pragma once

#include <memory>
#include <string>

#include "config/section.hpp"
#include "config/tls.hpp"
#include "http/client.hpp"
#include "reactor/event.hpp"

namespace fieldgate::sink {

/// Gives the value of the Authorization field: a fixed one, or a token of OAuth 2.0 client credentials (RFC 6749 4.4),
/// fetched when needed, kept until shortly before it expires, and fetched anew after it was refused.
class HttpAuthorization {
 public:
  enum class Kind : std::uint8_t { none, basic, bearer, oauth2 };

  struct Options {
    Kind kind = Kind::none;
    std::string username;
    config::Secret password;
    config::Secret token;
    std::string token_url;
    std::string client_id;
    config::Secret client_secret;
    std::string scope;

    /// Reads the option `auth` of a sink.
    static Options read(config::Section& sink);
    bool operator==(const Options&) const = default;
  };

  /// `service` is the sink's own origin: the token's server is reached with its TLS options and proxy.
  /// Throws std::runtime_error if the TLS options are of no use.
  HttpAuthorization(const Options& options, const http::Origin& service, reactor::Reactor& reactor);

  /// The value, or an empty text where there is none to send. Callers at the same time share one fetch.
  Awaitable<Result<std::string>> value(Duration timeout);

  /// The service answered 401 or 403 to `value`: secrets that came from files are read again before the next.
  void refused(const std::string& value);

  /// Bytes written for tokens since this was last asked.
  std::uint64_t take_sent() { return client_ ? client_->take_sent() : 0; }

  void close();

 private:
  Awaitable<Result<std::string>> fetch(Duration timeout);
  Awaitable<> read_again();
  Result<std::string> read_token(const http::Response& response);

  Options options_;
  http::Url url_;
  reactor::Reactor& reactor_;
  std::string value_;
  std::chrono::steady_clock::time_point expires_{};
  std::unique_ptr<http::Client> client_;
  std::string target_;
  reactor::Event fetched_;
  bool fetching_ = false;
  bool refused_ = false;
};

}  // namespace fieldgate::sink
