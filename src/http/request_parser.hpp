// Reads a request with Beast's parser, more strictly than Beast does.
#pragma once

#include <boost/beast/http/basic_parser.hpp>

#include "http/server.hpp"

namespace fieldgate::http {

/// Why a request's head must not be served: what two readers could read differently (request smuggling, RFC 9112 11.2),
/// and what is too much. Looks at the bytes up to and with the empty line, before Beast sees them.
/// Nothing if all is well; else words for the answer's body.
std::string_view find_fault(std::string_view head);

/// Takes a head without a fault, and the body.
class RequestParser : public boost::beast::http::basic_parser<true> {
 public:
  explicit RequestParser(std::size_t max_body);

  ServerRequest& request() { return request_; }
  bool is_1_1() const { return is_1_1_; }

 private:
  using string_view = boost::beast::string_view;
  using field = boost::beast::http::field;
  using verb = boost::beast::http::verb;

  void on_request_impl(verb, string_view method, string_view target, int version, error_code& ec) override;
  void on_response_impl(int, string_view, int, error_code&) override {}
  void on_field_impl(field name, string_view text, string_view value, error_code& ec) override;
  void on_header_impl(error_code&) override {}
  void on_body_init_impl(const boost::optional<std::uint64_t>&, error_code&) override {}
  std::size_t on_body_impl(string_view body, error_code& ec) override;
  void on_chunk_header_impl(std::uint64_t size, string_view extensions, error_code& ec) override;
  std::size_t on_chunk_body_impl(std::uint64_t remain, string_view body, error_code& ec) override;
  void on_finish_impl(error_code&) override {}

  ServerRequest request_;
  bool is_1_1_ = false;
};

}  // namespace fieldgate::http
