// Scripts that an operator wrote, run over what a device sent: Lua 5.4 in a sandbox with bounds. The face to Lua.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "message/bytes.hpp"
#include "message/result.hpp"

namespace fieldgate::script {

/// What one call of a script may take.
struct LuaLimits {
  /// Counted in instructions, `instructions_a_millisecond` of them (work in C is charged as well), not by a clock: a
  /// script does the same on a busy machine as on an idle one.
  std::chrono::microseconds timeout = std::chrono::milliseconds(5);
  /// Of the whole state, with its library (some 30 KiB).
  std::size_t memory = 1024 * 1024;

  static constexpr std::int64_t instructions_a_millisecond = 50'000;

  bool operator==(const LuaLimits&) const = default;
};

/// A script that is loaded, and its functions. Its globals are read-only once it is; what its functions keep in locals
/// outside of themselves is the script's own fault, for one state serves all connections. Errors have the reasons
/// script_error, script_timeout and script_memory, and a text with the script's name and line. Not safe for threads.
class Lua {
 public:
  /// Runs `source` once and looks for its functions: the one it returns, or a table of them, or globals called `names`.
  /// A script that is a single function without a name, or has a single global one of another name, has the first.
  /// Error: what is wrong, with `name` and the line; also if the first of `names` is not there.
  static Result<std::shared_ptr<Lua>> load(std::string_view source, const std::string& name,
                                           const std::vector<std::string>& names, const LuaLimits& limits);
  ~Lua();
  Lua(const Lua&) = delete;
  Lua& operator=(const Lua&) = delete;

  /// Whether the function of this number in `names` is there.
  bool has(std::size_t function) const { return (present_ >> function & 1U) != 0; }

  /// Calls function(bytes), and appends what it returns to `out` as JSON. False: nil or an empty table.
  Result<bool> bytes_to_json(std::size_t function, Bytes bytes, std::string& out);

  /// The same with a value, given as valid JSON.
  Result<bool> json_to_json(std::size_t function, std::string_view json, std::string& out);

  /// Calls function(value), and appends the text that it returns to `out`.
  Result<void> json_to_bytes(std::size_t function, std::string_view json, std::string& out);
  Result<void> bytes_to_bytes(std::size_t function, Bytes bytes, std::string& out);

  /// What a framing's function returns: how many bytes are done with, and the frame if there is one.
  struct Piece {
    std::int64_t consumed = 0;
    bool has_frame = false;
  };

  /// Calls function(bytes) -> consumed, frame; the frame is appended to `out`.
  Result<Piece> cut(std::size_t function, Bytes bytes, std::string& out);

 private:
  class State;
  struct Call;

  explicit Lua(std::unique_ptr<State> state);
  Result<void> run(Call& call);

  std::unique_ptr<State> state_;
  unsigned present_ = 0;
};

}  // namespace fieldgate::script
