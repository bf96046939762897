// Encoder: the message as operators know it from config.md, "What a message is".
#include "sink/encoder.hpp"

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

}  // namespace

Encoder::Encoder(const Encoding& encoding, const std::string& gateway) : encoding_(encoding), begin_("{\"gateway\":") {
  json::append_string(begin_, gateway);
  begin_ += ",\"adapter\":";
}

void Encoder::append(std::string& out, const Message& message) const {
  if (encoding_.type == Encoding::Type::payload) {
    out.append(message.frame);
  } else if (encoding_.content == Encoding::Content::data) {
    append_document(out, message.document);
  } else {
    append_envelope(out, message);
  }
}

void Encoder::append_envelope(std::string& out, const Message& message) const {
  out.append(begin_);
  json::append_string(out, message.origin->adapter);
  out.append(",\"device\":");
  json::append_string(out, message.device);
  out.append(",\"time\":\"");
  append_rfc3339(out, message.time);
  out.append("\",\"data\":");
  append_document(out, message.document);
  out.push_back('}');
}

}  // namespace fieldgate::sink
