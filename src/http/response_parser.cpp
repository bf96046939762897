// ResponseParser: what is kept, and what is refused.
#include "http/response_parser.hpp"

#include <algorithm>

#include <boost/beast/http/error.hpp>

namespace fieldgate::http {

namespace beast_http = boost::beast::http;

ResponseParser::ResponseParser() {
  eager(true);
  header_limit(max_header);
  body_limit(boost::none);  // what is too much is counted here, and is no error
}

void ResponseParser::on_response_impl(int code, string_view, int, error_code&) {
  response_.status = static_cast<unsigned>(code);
}

void ResponseParser::on_field_impl(field name, string_view text, string_view value, error_code& ec) {
  if (is_header_done()) return;  // trailers
  if (name == field::content_length) ++lengths_;
  if (name == field::transfer_encoding) {
    ++encodings_;
    if (!boost::beast::iequals(value, "chunked")) ec = beast_http::error::bad_transfer_encoding;
  }
  response_.fields.emplace_back(std::string(text.data(), text.size()), std::string(value.data(), value.size()));
}

void ResponseParser::on_header_impl(error_code& ec) {
  if (lengths_ > 1) ec = beast_http::error::bad_content_length;
  if (encodings_ > 1 || (encodings_ > 0 && lengths_ > 0)) ec = beast_http::error::bad_transfer_encoding;
}

std::size_t ResponseParser::on_body_impl(string_view body, error_code&) {
  body_size_ += body.size();
  const std::size_t room = Client::keep_body - std::min(Client::keep_body, response_.body.size());
  response_.body.append(body.data(), std::min(room, body.size()));
  return body.size();
}

void ResponseParser::on_chunk_header_impl(std::uint64_t, string_view extensions, error_code&) {
  body_size_ += extensions.size();
}

std::size_t ResponseParser::on_chunk_body_impl(std::uint64_t, string_view body, error_code& ec) {
  return on_body_impl(body, ec);
}

}  // namespace fieldgate::http
