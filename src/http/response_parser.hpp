// Reads a response with Beast's parser, within our limits.
#pragma once

#include <boost/beast/http/basic_parser.hpp>

#include "http/client.hpp"

namespace fieldgate::http {

/// Feeds on bytes as they come; keeps the head and the body's first bytes. A misuse of the framing (RFC 9112 6.3) is an
/// error.
class ResponseParser : public boost::beast::http::basic_parser<false> {
 public:
  static constexpr std::uint32_t max_header = 32 * 1024;

  ResponseParser();

  Response& response() { return response_; }

  /// Whether more of the body came than anybody should read.
  bool is_huge() const { return body_size_ > Client::max_body; }

 private:
  using string_view = boost::beast::string_view;
  using field = boost::beast::http::field;
  using verb = boost::beast::http::verb;

  void on_request_impl(verb, string_view, string_view, int, error_code&) override {}
  void on_response_impl(int code, string_view reason, int version, error_code& ec) override;
  void on_field_impl(field name, string_view text, string_view value, error_code& ec) override;
  void on_header_impl(error_code& ec) override;
  void on_body_init_impl(const boost::optional<std::uint64_t>&, error_code&) override {}
  std::size_t on_body_impl(string_view body, error_code& ec) override;
  void on_chunk_header_impl(std::uint64_t size, string_view extensions, error_code& ec) override;
  std::size_t on_chunk_body_impl(std::uint64_t remain, string_view body, error_code& ec) override;
  void on_finish_impl(error_code&) override {}

  Response response_;
  std::uint64_t body_size_ = 0;
  int lengths_ = 0;
  int encodings_ = 0;
};

}  // namespace fieldgate::http
