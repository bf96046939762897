// lua: a transform that the operator writes.
#pragma once

#include <memory>
#include <string>

#include "codec/json_checker.hpp"
#include "router/transform.hpp"
#include "script/lua_options.hpp"

namespace fieldgate::router {

/// `function(message)` is given { device, adapter, time, received, topic, data } and returns a message, a list of them
/// or nil; of what it returns, device, time and data count, and what is left out stays. Nil is counted as `filtered`; a
/// message whose function fails, or returns none, is taken away with the reason (script_error, script_timeout,
/// script_memory, bad_message).
class Lua final : public Transform {
 public:
  static constexpr std::string_view type = "lua";
  static constexpr std::string_view meaning =
      "A Lua function(message), which returns the message, a list of messages, or nil to take it away.";

  struct Config {
    script::LuaScript script;

    static Config read(config::Section& section);
    bool operator==(const Config&) const = default;
  };

  /// Throws std::runtime_error for a script that does not load; one that was read from the file did.
  Lua(const Config& config, const TransformContext& context);

  void accept(const Message& message) override;

 private:
  void describe(const Message& message);
  bool give(const Message& original, std::string_view made, bool is_first);
  bool shape(Message& message, std::string_view made);
  bool fail(std::string_view reason, std::string_view text);

  std::shared_ptr<script::Lua> lua_;
  telemetry::Reasons& dropped_;
  telemetry::Counter& filtered_;
  telemetry::Log log_;
  Receipt& last_receipt_;
  codec::JsonChecker checker_;
  std::string given_;     // the message as JSON
  std::string returned_;  // and what became of it
  std::string time_;      // as it was given
  std::string device_;
  std::string scratch_;
};

}  // namespace fieldgate::router
