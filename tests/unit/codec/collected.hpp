// What a codec gave out, kept beyond its call.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "codec/codec.hpp"

namespace fieldgate::codec {

struct Collected final : Receiver {
  struct One {
    std::string json;
    std::vector<std::string> picked;  // "-" where there is nothing
    bool has_line_break;
    std::optional<TimePoint> time;
  };

  void document(const Document& document) override {
    One one{std::string(document.json), {}, document.has_line_break, document.time};
    for (const Value& value : document.picked) {
      one.picked.push_back(value.kind == Value::Kind::missing ? "-" : std::string(value.text));
    }
    documents.push_back(std::move(one));
  }

  std::vector<One> documents;
};

}  // namespace fieldgate::codec
