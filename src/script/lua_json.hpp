// JSON text into Lua's values and back.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

struct lua_State;

namespace fieldgate::script {

/// Buffers of LuaJson that live on between calls: an error of Lua jumps over all destructors.
struct LuaJsonScratch {
  std::string text;
  std::vector<std::string_view> keys;
};

/// Pushes the value of `json`, which must be valid and at most 64 levels deep. null is the light userdata `null`;
/// numbers that are no 64-bit integers are floats. May raise Lua's errors.
void push_json(lua_State* state, std::string_view json, LuaJsonScratch& scratch);

/// Marks the table at the top as an array, which shows while it is empty. May raise Lua's errors.
void mark_array(lua_State* state);

/// Appends the value at the top of the stack, which stays, as JSON: a table whose keys are 1..n is an array, any other
/// (also an empty one that is not marked) an object with its members in the order of their names. At most 60 levels and
/// `largest` bytes. May raise Lua's errors, and leaves `out` half written then.
void append_json(lua_State* state, std::string& out, std::size_t largest, LuaJsonScratch& scratch);

}  // namespace fieldgate::script
