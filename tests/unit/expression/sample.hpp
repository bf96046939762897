// A message for tests of templates and conditions, whose picked values are given by hand.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "expression/paths.hpp"
#include "expression/reference.hpp"
#include "message/message.hpp"

namespace fieldgate {

/// Puts together what a codec and a connection would.
class Sample {
 public:
  Sample() {
    origin.adapter = "meters";
    origin.peer_ip = "10.0.0.1";
    origin.peer_port = 4711;
    message.origin = &origin;
    message.device = "dev-1";
    message.time = TimePoint(std::chrono::microseconds(1769847330123456));
    message.received.wall = TimePoint(std::chrono::microseconds(1769847331000000));
  }
  Sample(const Sample&) = delete;
  Sample& operator=(const Sample&) = delete;

  /// A value at a path; its text as in the document, without the quotes of a string.
  Sample& with(const std::vector<std::string>& path, Value::Kind kind, std::string_view text) {
    const expression::Slot slot = paths.intern(path);
    values_.resize(std::max(values_.size(), static_cast<std::size_t>(slot) + 1));
    values_[slot] = {text, kind, kind == Value::Kind::string && text.find('\\') != std::string_view::npos};
    message.document.picked = values_;
    return *this;
  }
  Sample& text(const std::string& name, std::string_view text) { return with({name}, Value::Kind::string, text); }
  Sample& number(const std::string& name, std::string_view text) { return with({name}, Value::Kind::number, text); }
  Sample& boolean(const std::string& name, bool truth) {
    return with({name}, Value::Kind::boolean, truth ? "true" : "false");
  }

  Origin origin;
  Message message;
  expression::Paths paths;
  expression::Environment environment{"plant-7", "2"};

 private:
  std::vector<Value> values_;
};

}  // namespace fieldgate
