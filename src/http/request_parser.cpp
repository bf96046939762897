// RequestParser: the checks that Beast leaves out, and the limits.
#include "http/request_parser.hpp"

#include <algorithm>
#include <optional>

#include <boost/beast/http/error.hpp>

#include "http/fields.hpp"

namespace fieldgate::http {

namespace {

constexpr std::size_t max_fields = 64;
constexpr std::size_t max_target = 2048;
constexpr std::size_t max_chunk_extension = 64;

std::string_view trimmed(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(" \t");
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t") - begin + 1);
}

/// Takes a line off `rest`; nothing if it does not end with CR LF, or holds another CR or LF.
std::optional<std::string_view> take_line(std::string_view& rest) {
  const std::size_t end = rest.find_first_of("\r\n");
  if (end == std::string_view::npos || rest.substr(end, 2) != "\r\n") return std::nullopt;
  const std::string_view line = rest.substr(0, end);
  rest.remove_prefix(end + 2);
  return line;
}

std::string_view find_fault_in_request_line(std::string_view line, bool& is_1_1) {
  const std::size_t first = line.find(' ');
  const std::size_t last = line.rfind(' ');
  if (first == std::string_view::npos || first == last) return "the request line is malformed";
  const std::string_view target = line.substr(first + 1, last - first - 1);
  const std::string_view version = line.substr(last + 1);
  if (!is_token(line.substr(0, first))) return "the method is malformed";
  if (target.size() > max_target) return "the target is too long";
  const auto is_graph = [](char c) { return c > 0x20 && c < 0x7F && c != '#'; };
  if (!target.starts_with('/') || !std::all_of(target.begin(), target.end(), is_graph)) {
    return "the target is not in origin form";
  }
  is_1_1 = version == "HTTP/1.1";
  return is_1_1 || version == "HTTP/1.0" ? "" : "the version is neither HTTP/1.1 nor HTTP/1.0";
}

}  // namespace

std::string_view find_fault(std::string_view head) {
  bool is_1_1 = false;
  const auto request_line = take_line(head);
  if (!request_line) return "a line does not end with CR LF";
  if (const auto fault = find_fault_in_request_line(*request_line, is_1_1); !fault.empty()) return fault;
  std::size_t fields = 0;
  int hosts = 0;
  int lengths = 0;
  int encodings = 0;
  for (;;) {
    const auto line = take_line(head);
    if (!line) return "a line does not end with CR LF";
    if (line->empty()) break;
    if (line->front() == ' ' || line->front() == '\t') return "a header is folded";
    const std::size_t colon = line->find(':');
    if (colon == std::string_view::npos || !is_token(line->substr(0, colon))) return "a header's name is malformed";
    const std::string_view name = line->substr(0, colon);
    const std::string_view value = trimmed(line->substr(colon + 1));
    if (!is_field_value(value)) return "a header has control characters";
    if (++fields > max_fields) return "there are too many headers";
    if (same_name(name, "host")) ++hosts;
    if (same_name(name, "content-length")) {
      ++lengths;
      const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
      if (value.empty() || value.size() > 18 || !std::all_of(value.begin(), value.end(), is_digit)) {
        return "Content-Length is not a number";
      }
    }
    if (same_name(name, "transfer-encoding")) {
      ++encodings;
      if (!same_name(value, "chunked")) return "Transfer-Encoding is not exactly chunked";
    }
  }
  if (hosts > 1 || (hosts == 0 && is_1_1)) return "there must be exactly one Host";
  if (lengths > 1 || encodings > 1) return "the length is given twice";
  if (lengths > 0 && encodings > 0) return "Content-Length and Transfer-Encoding exclude each other";
  if (encodings > 0 && !is_1_1) return "HTTP/1.0 has no Transfer-Encoding";
  return {};
}

RequestParser::RequestParser(std::size_t max_body) {
  eager(true);
  body_limit(max_body);
}

void RequestParser::on_request_impl(verb, string_view method, string_view target, int version, error_code&) {
  is_1_1_ = version == 11;
  request_.method.assign(method.data(), method.size());
  request_.target.assign(target.data(), target.size());
}

void RequestParser::on_field_impl(field, string_view text, string_view value, error_code&) {
  if (is_header_done()) return;  // trailers
  request_.fields.emplace_back(std::string(text.data(), text.size()), std::string(value.data(), value.size()));
}

std::size_t RequestParser::on_body_impl(string_view body, error_code&) {
  request_.body.append(body.data(), body.size());
  return body.size();
}

void RequestParser::on_chunk_header_impl(std::uint64_t, string_view extensions, error_code& ec) {
  if (extensions.size() > max_chunk_extension) ec = boost::beast::http::error::bad_chunk_extension;
}

std::size_t RequestParser::on_chunk_body_impl(std::uint64_t, string_view body, error_code& ec) {
  return on_body_impl(body, ec);
}

}  // namespace fieldgate::http
