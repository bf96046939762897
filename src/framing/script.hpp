// Frames that a script cuts, where no declaration can.
#pragma once

#include <memory>

#include "framing/framer.hpp"
#include "framing/max_length.hpp"
#include "script/lua_options.hpp"

namespace fieldgate::framing {

/// `function(buffer)` returns how many bytes are done with, and the frame, if there is one; nil or 0: more are needed.
/// It sees at most max_length bytes. The frames are the same however the stream is split as long as the function looks
/// at nothing but its buffer. After an error the stream cannot be followed: the connection closes. A second function
/// `wrap(payload)` makes a frame of what goes out; without it that goes as it is.
class Script final : public Framer {
 public:
  static constexpr std::string_view type = "script";
  static constexpr std::string_view meaning =
      "Frames cut by a Lua function(buffer), which returns how many bytes are done with, and the frame.";

  struct Config {
    script::LuaScript script;
    std::size_t max_length = default_max_length;

    static Config read(config::Section& section);
    bool operator==(const Config&) const = default;
  };

  /// Throws std::runtime_error for a script that does not load; one that was read from the file did.
  explicit Script(const Config& config);

  Cut next(Bytes input) override;
  Result<void> wrap(Bytes payload, std::string& out) const override;

 private:
  std::shared_ptr<script::Lua> lua_;  // of all connections: it remembers nothing of them
  std::size_t max_length_;
  std::string frame_;
};

}  // namespace fieldgate::framing
