// What a script has used, and may still use: for the rooms of the sandbox itself.
#pragma once

#include <cstddef>
#include <cstdint>

struct lua_State;

namespace fieldgate::script {

/// Counts instructions and bytes. Whatever works in C for a script charges here what it costs, for Lua's own count sees
/// only its instructions. Belongs to one state.
class LuaMeter {
 public:
  explicit LuaMeter(std::size_t memory) : memory_limit_(memory) {}
  LuaMeter(const LuaMeter&) = delete;
  LuaMeter& operator=(const LuaMeter&) = delete;

  /// The meter that counts for `state`.
  static LuaMeter& of(lua_State* state);

  /// For lua_newstate: allocates within the limit, and charges for copying. `meter` is a LuaMeter.
  static void* allocate(void* meter, void* block, std::size_t old_size, std::size_t new_size);

  /// Begins to count for a call. `instructions` may be used; then the script is stopped wherever it is.
  void start(lua_State* state, std::int64_t instructions);

  /// Charges the work of `instructions` done in C. Does not raise an error; the next instruction does.
  void charge(std::int64_t instructions);

  bool is_exhausted() const { return left_ < 0; }

 private:
  lua_State* state_ = nullptr;
  std::size_t memory_limit_;
  std::size_t memory_ = 0;
  std::int64_t left_ = 0;
  bool counting_ = false;
};

}  // namespace fieldgate::script
