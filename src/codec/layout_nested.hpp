// A codec within a layout: its documents, as one value.
#pragma once

#include <memory>
#include <string>

#include "codec/layout_decoder.hpp"
#include "message/json.hpp"

namespace fieldgate::codec {

struct LayoutDecoder::Nested final : Receiver {
  explicit Nested(const Factory& factory) : codec(factory.make(none)) {}

  void document(const Document& document) override {
    if (count++ > 0) text += ',';
    if (document.has_line_break) {
      json::append_compact(text, document.json);
    } else {
      text += document.json;
    }
  }

  const expression::Paths none;
  std::unique_ptr<Codec> codec;
  std::string text;  ///< the documents with commas between them
  std::size_t count = 0;
};

}  // namespace fieldgate::codec
