// string.find, match, gmatch and gsub of Lua 5.4 (after lstrlib.c; Copyright 1994-2022 Lua.org, PUC-Rio; MIT licence).
// Errors are Lua's: they leave by a jump, so nothing in here owns anything.
#include "script/lua_match.hpp"

#include <cstring>
#include <lua.hpp>
#include <string_view>

#include "script/lua_matcher.hpp"

namespace fieldgate::script {

namespace {

constexpr char escape = '%';

std::string_view text_at(lua_State* state, int index) {
  std::size_t size = 0;
  const char* const text = luaL_checklstring(state, index, &size);
  return {text, size};
}

/// The offset that an optional `init` argument means; beyond the end: size + 1.
std::size_t start_of(lua_State* state, int index, std::size_t size) {
  const lua_Integer at = luaL_optinteger(state, index, 1);
  if (at > 0) return static_cast<std::size_t>(at) > size + 1 ? size + 1 : static_cast<std::size_t>(at) - 1;
  if (at == 0 || at < -static_cast<lua_Integer>(size)) return 0;
  return size - static_cast<std::size_t>(-at);
}

int find_plain(lua_State* state, std::string_view subject, std::string_view what, std::size_t from) {
  LuaMeter& meter = LuaMeter::of(state);
  // In pieces, as the work is the product of both lengths.
  for (std::size_t at = from; at + what.size() <= subject.size(); ++at) {
    meter.charge(1);
    if (meter.is_exhausted()) luaL_error(state, "it takes too long (option timeout)");
    if (!what.empty()) {
      const void* const next = std::memchr(subject.data() + at, what[0], subject.size() - at);
      if (next == nullptr) break;
      at = static_cast<std::size_t>(static_cast<const char*>(next) - subject.data());
      meter.charge(static_cast<std::int64_t>(what.size()) / 16);
    }
    if (subject.substr(at, what.size()) != what) continue;
    lua_pushinteger(state, static_cast<lua_Integer>(at) + 1);
    lua_pushinteger(state, static_cast<lua_Integer>(at + what.size()));
    return 2;
  }
  lua_pushnil(state);
  return 1;
}

int find_or_match(lua_State* state, bool finds) {
  const std::string_view subject = text_at(state, 1);
  std::string_view pattern = text_at(state, 2);
  const std::size_t from = start_of(state, 3, subject.size());
  if (from > subject.size()) {
    lua_pushnil(state);
    return 1;
  }
  if (finds && (lua_toboolean(state, 4) != 0 || pattern.find_first_of("^$*+?.([%-") == std::string_view::npos))
    return find_plain(state, subject, pattern, from);
  const bool is_anchored = pattern.starts_with('^');
  if (is_anchored) pattern.remove_prefix(1);
  LuaMatcher matcher(state, subject, pattern);
  for (const char* at = subject.data() + from; at <= matcher.end(); ++at) {
    const char* const found = matcher.start(at, pattern.data());
    if (found != nullptr && finds) {
      lua_pushinteger(state, at - matcher.begin() + 1);
      lua_pushinteger(state, found - matcher.begin());
      return 2 + matcher.push_captures(nullptr, nullptr);
    }
    if (found != nullptr) return matcher.push_captures(at, found);
    if (is_anchored) break;
  }
  lua_pushnil(state);
  return 1;
}

int find(lua_State* state) { return find_or_match(state, true); }
int match(lua_State* state) { return find_or_match(state, false); }

/// Upvalues: subject, pattern, where to go on, where the last match ended (so that an empty one is not found twice).
int next_match(lua_State* state) {
  const std::string_view subject = text_at(state, lua_upvalueindex(1));
  const std::string_view pattern = text_at(state, lua_upvalueindex(2));
  const auto from = static_cast<std::size_t>(lua_tointeger(state, lua_upvalueindex(3)));
  const lua_Integer last = lua_tointeger(state, lua_upvalueindex(4));
  if (from > subject.size()) return 0;
  LuaMatcher matcher(state, subject, pattern);
  for (const char* at = subject.data() + from; at <= matcher.end(); ++at) {
    const char* const found = matcher.start(at, pattern.data());
    if (found == nullptr || found - matcher.begin() == last) continue;
    lua_pushinteger(state, found - matcher.begin());
    lua_pushvalue(state, -1);
    lua_replace(state, lua_upvalueindex(3));
    lua_replace(state, lua_upvalueindex(4));
    return matcher.push_captures(at, found);
  }
  return 0;
}

int gmatch(lua_State* state) {
  const std::string_view subject = text_at(state, 1);
  text_at(state, 2);
  const std::size_t from = start_of(state, 3, subject.size());
  lua_settop(state, 2);
  lua_pushinteger(state, static_cast<lua_Integer>(from));
  lua_pushinteger(state, -1);
  lua_pushcclosure(state, next_match, 4);
  return 1;
}

/// Adds the text `with` with its %0 to %9 filled in.
void add_filled(lua_State* state, luaL_Buffer* out, const LuaMatcher& matcher, const char* from, const char* to) {
  const std::string_view with = text_at(state, 3);
  LuaMeter::of(state).charge(static_cast<std::int64_t>(with.size()));
  for (std::size_t i = 0; i < with.size(); ++i) {
    if (with[i] != escape) {
      luaL_addchar(out, with[i]);
      continue;
    }
    const char next = ++i < with.size() ? with[i] : '\0';
    if (next == escape) {
      luaL_addchar(out, escape);
    } else if (next == '0') {
      luaL_addlstring(out, from, static_cast<std::size_t>(to - from));
    } else if (next >= '1' && next <= '9') {
      matcher.push_capture(next - '1', from, to);
      luaL_tolstring(state, -1, nullptr);
      lua_remove(state, -2);
      luaL_addvalue(out);
    } else {
      luaL_error(state, "invalid use of '%%' in replacement string");
    }
  }
}

/// Adds what replaces one match: by a text, a table or a function.
void add_replacement(lua_State* state, luaL_Buffer* out, const LuaMatcher& matcher, const char* from, const char* to) {
  switch (lua_type(state, 3)) {
    case LUA_TFUNCTION:
      lua_pushvalue(state, 3);
      lua_call(state, matcher.push_captures(from, to), 1);
      break;
    case LUA_TTABLE:
      matcher.push_capture(0, from, to);
      lua_gettable(state, 3);
      break;
    default:
      return add_filled(state, out, matcher, from, to);
  }
  if (lua_toboolean(state, -1) == 0) {
    lua_pop(state, 1);
    luaL_addlstring(out, from, static_cast<std::size_t>(to - from));
  } else if (lua_isstring(state, -1) == 0) {
    luaL_error(state, "invalid replacement value (a %s)", luaL_typename(state, -1));
  } else {
    luaL_addvalue(out);
  }
}

int gsub(lua_State* state) {
  const std::string_view subject = text_at(state, 1);
  std::string_view pattern = text_at(state, 2);
  const int kind = lua_type(state, 3);
  luaL_argexpected(state, kind == LUA_TNUMBER || kind == LUA_TSTRING || kind == LUA_TFUNCTION || kind == LUA_TTABLE, 3,
                   "string/function/table");
  const lua_Integer most = luaL_optinteger(state, 4, static_cast<lua_Integer>(subject.size()) + 1);
  const bool is_anchored = pattern.starts_with('^');
  if (is_anchored) pattern.remove_prefix(1);
  LuaMatcher matcher(state, subject, pattern);
  luaL_Buffer out;
  luaL_buffinit(state, &out);
  lua_Integer count = 0;
  const char* last = nullptr;
  const char* at = matcher.begin();
  while (count < most) {
    const char* const found = matcher.start(at, pattern.data());
    if (found != nullptr && found != last) {
      ++count;
      add_replacement(state, &out, matcher, at, found);
      at = last = found;
    } else if (at < matcher.end()) {
      luaL_addchar(&out, *at++);
    } else {
      break;
    }
    if (is_anchored) break;
  }
  luaL_addlstring(&out, at, static_cast<std::size_t>(matcher.end() - at));
  luaL_pushresult(&out);
  lua_pushinteger(state, count);
  return 2;
}

}  // namespace

void open_matching(lua_State* state) {
  const luaL_Reg functions[] = {
      {"find", find}, {"match", match}, {"gmatch", gmatch}, {"gsub", gsub}, {nullptr, nullptr}};
  luaL_setfuncs(state, functions, 0);
}

}  // namespace fieldgate::script
