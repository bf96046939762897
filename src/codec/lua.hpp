// Frames that a script decodes, where no declaration can.
#pragma once

#include <memory>
#include <string>

#include "codec/codec.hpp"
#include "codec/transcript.hpp"
#include "script/lua_options.hpp"

namespace fieldgate::codec {

/// `function decode(frame)` returns a table (a message), a list of tables (a message each), nil (none), or raises an
/// error. `function encode(document)`, if there is one, returns bytes.
class Lua final : public Codec {
 public:
  static constexpr std::string_view type = "lua";
  static constexpr std::string_view meaning =
      "A Lua script: function decode(frame) returns a table, a list of tables or nil; function encode(document), "
      "bytes.";

  struct Config {
    script::LuaScript script;

    static Config read(config::Section& section);
    bool operator==(const Config&) const = default;
  };

  /// Throws std::runtime_error for a script that does not load; one that was read from the file did.
  Lua(const Config& config, const expression::Paths& paths);

  std::optional<Failure> decode(Bytes frame, Receiver& out) override;
  Result<void> encode(std::string_view json, std::string& out) const override;

 private:
  std::shared_ptr<script::Lua> lua_;
  Transcribed documents_;
  std::string error_;  // of the last frame
};

}  // namespace fieldgate::codec
