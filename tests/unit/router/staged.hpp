// A transform's surroundings: what it is given, and what comes out of it.
#pragma once

#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "codec/json_checker.hpp"
#include "router/transform.hpp"
#include "telemetry/metrics.hpp"

namespace fieldgate::router {

struct Staged {
  struct Output final : Input {
    void accept(const Message& message) override {
      documents.emplace_back(message.document.json);
      receipts.push_back(message.receipt);
      picked.clear();
      for (const Value& value : message.document.picked)
        picked.emplace_back(value.kind == Value::Kind::missing ? "-" : value.text);
    }
    std::vector<std::string> documents;
    std::vector<Receipt> receipts;
    std::vector<std::string> picked;  // of the last one
  };

  void send(Transform& transform, std::string_view json) {
    codec::JsonChecker checker(paths);
    Message message;
    message.device = device;
    message.origin = &origin;
    message.received = now;
    message.receipt = ++last_receipt;
    if (checker.check(json, message.document)) throw std::runtime_error("the test's document is no JSON");
    transform.accept(message);
  }

  std::string device = "dev-1";  // of what is sent
  Instant now{};                 // when it comes
  telemetry::Metrics metrics;
  telemetry::Reasons dropped{
      metrics, "fieldgate_transform_dropped_total", {{"transform", "t"}}, "Messages taken away."};
  expression::Paths paths;
  expression::Environment environment{"plant-7", ""};
  telemetry::Counter forgotten = 0;
  Receipt last_receipt = 0;
  TransformContext context{"t", environment, paths, telemetry::Log("transform t"), dropped, forgotten, last_receipt};
  Origin origin;
  Output output;
};

}  // namespace fieldgate::router
