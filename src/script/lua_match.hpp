// Lua's patterns for the sandbox: string.find, match, gmatch and gsub that can be stopped.
#pragma once

struct lua_State;

namespace fieldgate::script {

/// Puts find, match, gmatch and gsub into the table at the top of the stack. They do what Lua's own do, and charge each
/// step to the state's meter: Lua's own run in C, where no count stops them, for a time that grows with a power of the
/// subject's length.
void open_matching(lua_State* state);

}  // namespace fieldgate::script
