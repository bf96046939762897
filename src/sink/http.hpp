// The `http` sink: batches as request bodies to a web service.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "config/tls.hpp"
#include "http/client.hpp"
#include "sink/compression.hpp"
#include "sink/http_authorization.hpp"
#include "sink/sink.hpp"
#include "transport/certificates.hpp"

namespace fieldgate::sink {

/// Sends a batch as one request, or record by record where the encoding does not join them. One connection a lane.
/// Each request carries the same Idempotency-Key whenever its records are sent again: `gateway:epoch:first-last`.
class Http final : public Sink {
 public:
  static constexpr std::string_view type = "http";
  static constexpr std::string_view meaning = "Sends batches of messages to a web service.";
  static constexpr Encoding::Type default_encoding = Encoding::Type::json_array;

  enum class Method : std::uint8_t { post, put, patch };

  struct Header {
    std::string name;
    expression::Template value;
    config::Secret secret;  ///< where it came from
    std::string fixed;      ///< what it is now, where it does not differ by message
    bool operator==(const Header&) const = default;
  };

  struct Config {
    expression::Template url;
    Method method = Method::post;
    std::vector<Header> headers;
    HttpAuthorization::Options auth;
    config::TlsClientOptions tls;
    std::optional<http::Url> proxy;
    Compression compression = Compression::none;

    static Config read(config::Section& section);
    bool operator==(const Config&) const = default;
  };

  /// Reads certificates. Throws std::runtime_error if they, or the URL, are of no use.
  Http(const Config& config, const Context& context);

  void start() override { certificates_.start(); }
  /// The URL and the headers, where they differ by message: each followed by a line end, which none of them can hold.
  Result<void> append_key(const Message& message, std::string& out) const override;
  bool has_keys() const override { return varies_; }
  Awaitable<Delivery> deliver(const Batch& batch, std::size_t first, std::size_t last, std::size_t lane) override;
  Awaitable<> stop(Duration deadline) override;
  bool up() const override { return up_; }

 private:
  Awaitable<Delivery> deliver_records(const Batch& batch, std::size_t first, std::size_t last, std::size_t lane);
  Awaitable<Delivery> send(std::array<std::string_view, 3> body, std::string_view key, std::string id,
                           std::size_t records, std::size_t lane);
  std::string id_of(const Batch& batch, std::size_t first, std::size_t last) const;
  Result<void> address(std::string_view key, std::string& target, http::Fields& fields) const;
  Delivery failed(const Error& error) const;
  void refused(const std::string& authorization, const std::string& text);
  Awaitable<> read_headers_again();

  Config config_;
  Encoding::Type encoding_;
  Duration timeout_;
  reactor::Reactor& reactor_;
  telemetry::Log log_;
  transport::Certificates certificates_;
  std::string gateway_;  // in the ids of requests; empty: they have none
  http::Fields fields_;  // of every request
  std::string target_;   // where the URL does not differ by message
  std::unique_ptr<HttpAuthorization> authorization_;
  std::vector<std::unique_ptr<http::Client>> lanes_;
  bool varies_ = false;
  bool headers_refused_ = false;
  bool up_ = true;
};

}  // namespace fieldgate::sink
