// Keeps what became of bytes: messages, what was sent, and what went wrong.
#pragma once

#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "protocol/observer.hpp"
#include "sink/encoder.hpp"

namespace fieldgate::cli {

class Recorder final : public protocol::Observer {
 public:
  explicit Recorder(const std::string& gateway);

  std::vector<nlohmann::ordered_json> messages;  ///< as they go north
  std::vector<std::string> answers;              ///< what was sent, one by one
  std::vector<std::string> errors;               ///< reasons; the same one after the other once
  std::vector<std::string> happened;             ///< a line each

  void cut(const framing::Cut& cut, Bytes raw) override;
  void aside(std::string_view what, Bytes raw) override;
  void message(const Message& message) override;
  void failed(std::string_view reason, std::string_view text) override;
  void sent(std::string_view what, Bytes bytes) override;
  void field(const Field&) override {}

 private:
  void add_error(std::string_view reason);

  expression::Environment environment_;
  expression::Paths paths_;
  sink::Encoder encoder_;
  std::string scratch_;
};

}  // namespace fieldgate::cli
