// Encoder: the message as operators know it from config.md, "What a message is".
#include "sink/encoder.hpp"

#include <array>
#include <charconv>

#include "message/json.hpp"

namespace fieldgate::sink {

namespace {

void append_document(std::string& out, const Document& document) {
  if (document.has_line_break) {
    json::append_compact(out, document.json);
  } else {
    out.append(document.json);
  }
}

/// Only where there are any.
void append_tags(std::string& out, std::span<const Meta> tags) {
  if (tags.empty()) return;
  out.append(",\"tags\":");
  char before = '{';
  for (const Meta& tag : tags) {
    out.push_back(before);
    before = ',';
    json::append_string(out, tag.name);
    out.push_back(':');
    json::append_string(out, tag.value);
  }
  out.push_back('}');
}

/// Reasons are literals: those that filling a template can give.
std::string_view content_reason(std::string_view template_reason) {
  static constexpr std::array<std::string_view, 3> reasons = {"content_unfilled", "content_empty", "content_too_long"};
  for (const std::string_view reason : reasons) {
    if (reason.substr(Encoder::shapeless.size()) == template_reason) return reason;
  }
  return reasons[0];
}

}  // namespace

Encoder::Encoder(const Encoding& encoding, const expression::Environment& environment, expression::Paths& paths,
                 Epoch epoch)
    : encoding_(encoding), begin_("{\"gateway\":") {
  const std::string& gateway = environment.gateway;
  encoding_.shape.bind(environment, paths);
  if (encoding.id) {
    id_ = "{\"id\":";
    json::append_string(id_, gateway);
    id_.back() = ':';  // in place of the closing quote
    id_ += std::to_string(epoch) + ':';
    begin_.front() = ',';
  }
  json::append_string(begin_, gateway);
  begin_ += ",\"adapter\":";
}

Result<void> Encoder::append(std::string& out, const Message& message) {
  if (encoding_.type == Encoding::Type::payload) {
    out.append(message.frame);
  } else if (encoding_.content == Encoding::Content::shape) {
    if (const auto made = encoding_.shape.append(message, out, scratch_); !made) {
      append_document(out, message.document);
      return Error{content_reason(made.error().reason), "encoding.content: " + made.error().text};
    }
  } else if (encoding_.content == Encoding::Content::data) {
    append_document(out, message.document);
  } else {
    append_envelope(out, message);
  }
  return {};
}

void Encoder::append_begin(std::string& out, const Message& message) const {
  if (encoding_.id) {
    std::array<char, 20> digits{};
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), message.receipt).ptr;
    out.append(id_).append(digits.data(), end).push_back('"');
  }
  out.append(begin_);
}

void Encoder::append_envelope(std::string& out, const Message& message) const {
  append_begin(out, message);
  json::append_string(out, message.origin->adapter);
  out.append(",\"device\":");
  json::append_string(out, message.device);
  out.append(",\"time\":\"");
  append_rfc3339(out, message.time);
  if (encoding_.id) {
    out.append("\",\"received\":\"");
    append_rfc3339(out, message.received.wall);
  }
  out.push_back('"');
  append_tags(out, message.tags);
  out.append(",\"data\":");
  append_document(out, message.document);
  out.push_back('}');
}

}  // namespace fieldgate::sink
