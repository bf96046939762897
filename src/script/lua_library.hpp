// What a script finds in its sandbox.
#pragma once

struct lua_State;

namespace fieldgate::script {

/// Opens what a script may use: of Lua's base functions those that work on values, and string, table, math and utf8,
/// without what reaches outside (io, os, package, debug, load, require), escapes the count (coroutines, metatables) or
/// differs from run to run (random). Beside them: `null`, crc16(bytes) (CRC-16/MODBUS), hex(bytes), bytes(hex),
/// base64(bytes), array(table). May raise Lua's errors.
void open_library(lua_State* state);

/// Makes all globals read-only: what a call leaves behind would be another device's. May raise Lua's errors.
void freeze_globals(lua_State* state);

}  // namespace fieldgate::script
