// The sandbox: an allow-list of Lua's functions, each charged for what it works through in C.
#include "script/lua_library.hpp"

#include <cstdint>
#include <initializer_list>
#include <string_view>

#include <lua.hpp>

#include "script/lua_json.hpp"
#include "script/lua_match.hpp"
#include "script/lua_meter.hpp"

namespace fieldgate::script {

namespace {

/// Upvalues: the function, and what an element of a table costs it. Charges for the sizes of the arguments, then calls.
int charged(lua_State* state) {
  LuaMeter& meter = LuaMeter::of(state);
  const lua_Integer element = lua_tointeger(state, lua_upvalueindex(2));
  const int count = lua_gettop(state);
  for (int i = 1; i <= count; ++i) {
    const auto size = static_cast<std::int64_t>(lua_rawlen(state, i));
    meter.charge(lua_type(state, i) == LUA_TTABLE ? size * element : size / 8);
  }
  if (meter.is_exhausted()) return luaL_error(state, "it takes too long (option timeout)");
  lua_pushvalue(state, lua_upvalueindex(1));
  lua_insert(state, 1);
  lua_call(state, count, LUA_MULTRET);
  return lua_gettop(state);
}

/// string.rep: Lua's own counts to `n` even where the result is empty.
int rep(lua_State* state) {
  std::size_t size = 0;
  std::size_t between = 0;
  luaL_checklstring(state, 1, &size);
  const lua_Integer n = luaL_checkinteger(state, 2);
  luaL_optlstring(state, 3, "", &between);
  LuaMeter& meter = LuaMeter::of(state);
  if (n > 0 && size + between == 0) meter.charge(n);
  if (meter.is_exhausted()) return luaL_error(state, "it takes too long (option timeout)");
  lua_pushvalue(state, lua_upvalueindex(1));
  lua_insert(state, 1);
  lua_call(state, lua_gettop(state) - 1, 1);
  meter.charge(static_cast<std::int64_t>(lua_rawlen(state, -1)) / 4);
  return 1;
}

/// table.move and table.concat: the range is given by numbers, whatever the table holds. Upvalues: the function, and
/// which argument begins the range.
int ranged(lua_State* state) {
  const auto first = static_cast<int>(lua_tointeger(state, lua_upvalueindex(2)));
  const lua_Integer from = luaL_optinteger(state, first, 1);
  const lua_Integer to = luaL_optinteger(state, first + 1, static_cast<lua_Integer>(lua_rawlen(state, 1)));
  LuaMeter& meter = LuaMeter::of(state);
  constexpr lua_Integer large = 1 << 24;
  if (from < -large || to > large) return luaL_error(state, "a range beyond any table");
  if (to > from) meter.charge(to - from);
  if (meter.is_exhausted()) return luaL_error(state, "it takes too long (option timeout)");
  lua_pushvalue(state, lua_upvalueindex(1));
  lua_insert(state, 1);
  lua_call(state, lua_gettop(state) - 1, LUA_MULTRET);
  return lua_gettop(state);
}

int crc16(lua_State* state) {
  std::size_t size = 0;
  const char* const bytes = luaL_checklstring(state, 1, &size);
  LuaMeter::of(state).charge(static_cast<std::int64_t>(size));
  unsigned crc = 0xFFFF;
  for (std::size_t i = 0; i < size; ++i) {
    crc ^= static_cast<unsigned char>(bytes[i]);
    for (int bit = 0; bit < 8; ++bit) crc = (crc & 1U) != 0 ? crc >> 1 ^ 0xA001U : crc >> 1;
  }
  lua_pushinteger(state, static_cast<lua_Integer>(crc));
  return 1;
}

int hex(lua_State* state) {
  constexpr char digits[] = "0123456789abcdef";
  std::size_t size = 0;
  const char* const bytes = luaL_checklstring(state, 1, &size);
  luaL_Buffer out;
  char* to = luaL_buffinitsize(state, &out, 2 * size);
  for (std::size_t i = 0; i < size; ++i) {
    const auto byte = static_cast<unsigned char>(bytes[i]);
    *to++ = digits[byte >> 4];
    *to++ = digits[byte & 0xF];
  }
  luaL_pushresultsize(&out, 2 * size);
  return 1;
}

int digit_of(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  const char lower = static_cast<char>(c | 0x20);
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

/// The way back; blanks may stand anywhere.
int bytes(lua_State* state) {
  std::size_t size = 0;
  const char* const text = luaL_checklstring(state, 1, &size);
  luaL_Buffer out;
  char* const to = luaL_buffinitsize(state, &out, size / 2 + 1);
  std::size_t digits = 0;
  int high = 0;
  for (std::size_t i = 0; i < size; ++i) {
    if (text[i] == ' ') continue;
    const int digit = digit_of(text[i]);
    if (digit < 0) return luaL_argerror(state, 1, "no pairs of hex digits");
    if (digits++ % 2 == 0) {
      high = digit;
    } else {
      to[digits / 2 - 1] = static_cast<char>(high << 4 | digit);
    }
  }
  if (digits % 2 != 0) return luaL_argerror(state, 1, "no pairs of hex digits");
  luaL_pushresultsize(&out, digits / 2);
  return 1;
}

int base64(lua_State* state) {
  constexpr char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::size_t size = 0;
  const char* const text = luaL_checklstring(state, 1, &size);
  const auto byte = [text, size](std::size_t i) { return i < size ? static_cast<unsigned char>(text[i]) : 0U; };
  const std::size_t length = (size + 2) / 3 * 4;
  luaL_Buffer out;
  char* to = luaL_buffinitsize(state, &out, length);
  for (std::size_t i = 0; i < size; i += 3) {
    const unsigned group = byte(i) << 16 | byte(i + 1) << 8 | byte(i + 2);
    *to++ = alphabet[group >> 18];
    *to++ = alphabet[group >> 12 & 63];
    *to++ = i + 1 < size ? alphabet[group >> 6 & 63] : '=';
    *to++ = i + 2 < size ? alphabet[group & 63] : '=';
  }
  luaL_pushresultsize(&out, length);
  return 1;
}

/// array(table): the table, or a new one, which is [] in a document when it is empty.
int array(lua_State* state) {
  if (lua_isnoneornil(state, 1)) lua_newtable(state);
  luaL_checktype(state, 1, LUA_TTABLE);
  lua_settop(state, 1);
  if (lua_getmetatable(state, 1) != 0) {  // one that is marked, or frozen
    lua_pop(state, 1);
    return 1;
  }
  mark_array(state);
  return 1;
}

int refuse_write(lua_State* state) {
  return luaL_error(state, "globals cannot be set while messages come: use 'local'");
}

void remove(lua_State* state, std::initializer_list<const char*> names) {
  for (const char* name : names) {
    lua_pushnil(state);
    lua_setfield(state, -2, name);
  }
}

/// Replaces the functions of the table at the top by charged ones.
void charge_all(lua_State* state, lua_Integer element) {
  lua_pushnil(state);
  while (lua_next(state, -2) != 0) {
    if (lua_isfunction(state, -1) == 0) {
      lua_pop(state, 1);
      continue;
    }
    lua_pushinteger(state, element);
    lua_pushcclosure(state, charged, 2);
    lua_pushvalue(state, -2);
    lua_insert(state, -2);
    lua_settable(state, -4);  // an assignment to what is there does not disturb lua_next
  }
}

/// Replaces one function of the table at the top; `upvalue` becomes its second upvalue.
void replace(lua_State* state, const char* name, lua_CFunction with, lua_Integer upvalue) {
  lua_getfield(state, -1, name);
  lua_pushinteger(state, upvalue);
  lua_pushcclosure(state, with, 2);
  lua_setfield(state, -2, name);
}

/// Puts an empty table that reads from the one at the top, and cannot be written, in its place.
void freeze(lua_State* state) {
  lua_createtable(state, 0, 0);
  lua_createtable(state, 0, 3);
  lua_pushvalue(state, -3);
  lua_setfield(state, -2, "__index");
  lua_pushcfunction(state, refuse_write);
  lua_setfield(state, -2, "__newindex");
  lua_setmetatable(state, -2);
  lua_replace(state, -2);
}

void open_strings(lua_State* state) {
  luaL_requiref(state, LUA_STRLIBNAME, luaopen_string, 1);
  remove(state, {"dump", "find", "match", "gmatch", "gsub"});
  charge_all(state, 0);
  replace(state, "rep", rep, 0);
  open_matching(state);
  lua_pop(state, 1);
}

void open_tables(lua_State* state) {
  luaL_requiref(state, LUA_TABLIBNAME, luaopen_table, 1);
  charge_all(state, 1);
  replace(state, "sort", charged, 31);  // n log n comparisons
  replace(state, "move", ranged, 2);
  replace(state, "concat", ranged, 3);
  replace(state, "unpack", ranged, 2);
  lua_pop(state, 1);
}

}  // namespace

void open_library(lua_State* state) {
  luaL_requiref(state, LUA_GNAME, luaopen_base, 1);
  remove(state, {"collectgarbage", "dofile", "getmetatable", "load", "loadfile", "print", "rawset", "require",
                 "setmetatable", "warn", "xpcall", "_VERSION"});
  const luaL_Reg helpers[] = {{"crc16", crc16},   {"hex", hex},     {"bytes", bytes},
                              {"base64", base64}, {"array", array}, {nullptr, nullptr}};
  luaL_setfuncs(state, helpers, 0);
  lua_pushlightuserdata(state, nullptr);
  lua_setfield(state, -2, "null");
  lua_pop(state, 1);
  open_strings(state);
  open_tables(state);
  luaL_requiref(state, LUA_MATHLIBNAME, luaopen_math, 1);
  remove(state, {"random", "randomseed"});
  lua_pop(state, 1);
  luaL_requiref(state, LUA_UTF8LIBNAME, luaopen_utf8, 1);
  charge_all(state, 0);
  lua_pop(state, 1);
}

void freeze_globals(lua_State* state) {
  lua_pushglobaltable(state);
  for (const char* name : {LUA_STRLIBNAME, LUA_TABLIBNAME, LUA_MATHLIBNAME, LUA_UTF8LIBNAME}) {
    lua_getfield(state, -1, name);
    if (lua_istable(state, -1) != 0) freeze(state);
    lua_setfield(state, -2, name);
  }
  // The functions hold the table itself: its content moves behind it.
  remove(state, {LUA_GNAME});
  lua_createtable(state, 0, 64);
  lua_pushnil(state);
  while (lua_next(state, -3) != 0) {
    lua_pushvalue(state, -2);
    lua_insert(state, -2);
    lua_settable(state, -4);
  }
  lua_pushnil(state);
  while (lua_next(state, -2) != 0) {
    lua_pop(state, 1);
    lua_pushvalue(state, -1);
    lua_pushnil(state);
    lua_rawset(state, -5);
  }
  lua_createtable(state, 0, 2);
  lua_insert(state, -2);
  lua_setfield(state, -2, "__index");
  lua_pushcfunction(state, refuse_write);
  lua_setfield(state, -2, "__newindex");
  lua_setmetatable(state, -2);
  lua_pop(state, 1);
}

}  // namespace fieldgate::script
