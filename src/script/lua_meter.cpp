// LuaMeter: an allocator with a limit, and a hook that stops a script.
#include "script/lua_meter.hpp"

#include <cstdlib>

#include <lua.hpp>

namespace fieldgate::script {

namespace {

/// Instructions from one look at the count to the next.
constexpr int stride = 500;

/// Bytes that are copied in the time of one instruction, not to underestimate.
constexpr std::int64_t bytes_an_instruction = 16;

void look(lua_State* state, lua_Debug*) {
  LuaMeter& meter = LuaMeter::of(state);
  meter.charge(stride);
  if (meter.is_exhausted()) luaL_error(state, "it takes too long (option timeout)");
}

}  // namespace

LuaMeter& LuaMeter::of(lua_State* state) {
  void* meter = nullptr;
  lua_getallocf(state, &meter);
  return *static_cast<LuaMeter*>(meter);
}

void* LuaMeter::allocate(void* meter, void* block, std::size_t old_size, std::size_t new_size) {
  LuaMeter& self = *static_cast<LuaMeter*>(meter);
  if (block == nullptr) old_size = 0;  // then it is a kind of object
  if (new_size == 0) {
    std::free(block);
    self.memory_ -= old_size;
    return nullptr;
  }
  if (new_size > old_size) {
    if (new_size - old_size > self.memory_limit_ - self.memory_) return nullptr;
    if (self.counting_) self.charge(static_cast<std::int64_t>(new_size) / bytes_an_instruction);
  }
  void* const found = std::realloc(block, new_size);
  if (found != nullptr) self.memory_ = self.memory_ - old_size + new_size;
  return found;
}

void LuaMeter::start(lua_State* state, std::int64_t instructions) {
  state_ = state;
  left_ = instructions;
  counting_ = true;
  lua_sethook(state, look, LUA_MASKCOUNT, stride);
}

void LuaMeter::charge(std::int64_t instructions) {
  const bool was_exhausted = is_exhausted();
  left_ -= instructions;
  // From now on each instruction fails, so that no pcall goes on for long. The only call that is safe at any time.
  if (is_exhausted() && !was_exhausted) lua_sethook(state_, look, LUA_MASKCOUNT, 1);
}

}  // namespace fieldgate::script
