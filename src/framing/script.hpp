// Frames that a script cuts, where no declaration can.
#pragma once

#include <memory>

#include "framing/allowance.hpp"
#include "framing/cutter.hpp"
#include "script/lua_options.hpp"

namespace fieldgate::framing {

/// `function(buffer)` returns how many bytes are done with, and the frame, if there is one; nil or 0: more are needed.
/// It sees at most max_length bytes: at first all that is there, and behind a frame twice as much as that was, at least
/// first_window, and twice as much again as long as it wants more. The frames are the same however the stream is split
/// as long as the function looks at nothing but its buffer, and cuts by what it begins with. After an error the stream
/// cannot be followed: the connection closes. A second function `wrap(payload)` makes a frame of what goes out; without
/// it that goes as it is.
class ScriptShape {
 public:
  static constexpr std::string_view type = "script";
  static constexpr std::string_view meaning =
      "Frames cut by a Lua function(buffer), which returns how many bytes are done with, and the frame.";
  static constexpr bool whole_frames = true;
  static constexpr bool can_flush = true;
  static constexpr std::size_t first_window = 1024;

  struct Config {
    script::LuaScript script;
    Common common;

    static Config read(config::Section& section);
    bool operator==(const Config&) const = default;
  };

  /// `config` outlives the framer. Throws std::runtime_error for a script that does not load; one that was read from
  /// the file did.
  explicit ScriptShape(const Config& config);

  Measure measure(Bytes rest);
  bool midway() const { return false; }
  std::size_t resume(Bytes) { return 0; }
  void forget() {}
  Measure flush(Bytes input) { return look(input); }

  Result<void> wrap(Bytes payload, std::string& out) const;
  bool must_be_read_back() const { return false; }
  static Error unreadable() { return {"script", "it makes no frame"}; }

  /// Bytes that the script has been given.
  std::uint64_t work() const { return allowance_.work(); }

 private:
  Measure look(Bytes rest);

  const Config& config_;
  std::shared_ptr<script::Lua> lua_;  // of all connections: it remembers nothing of them
  std::size_t window_;                // bytes that it sees first
  Allowance allowance_;
  std::string frame_;
};

using Script = Cutter<ScriptShape>;

}  // namespace fieldgate::framing
