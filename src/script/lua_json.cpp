// LuaJson: recursive both ways, with a bound on the depth.
#include "script/lua_json.hpp"

#include <algorithm>
#include <charconv>

#include <lua.hpp>

#include "message/json.hpp"

namespace fieldgate::script {

namespace {

constexpr int max_depth = 60;

/// Reads valid JSON from front to back.
class Reading {
 public:
  Reading(lua_State* state, std::string_view json, std::string& scratch)
      : state_(state), rest_(json), scratch_(scratch) {}

  void value() {
    luaL_checkstack(state_, 4, "a document is nested too deeply");
    skip_space();
    switch (rest_[0]) {
      case '{':
        return object();
      case '[':
        return array();
      case '"':
        return string();
      case 't':
        rest_.remove_prefix(4);
        return lua_pushboolean(state_, 1);
      case 'f':
        rest_.remove_prefix(5);
        return lua_pushboolean(state_, 0);
      case 'n':
        rest_.remove_prefix(4);
        return lua_pushlightuserdata(state_, nullptr);
      default:
        return number();
    }
  }

 private:
  void skip_space() { rest_.remove_prefix(rest_.find_first_not_of(" \t\r\n")); }

  /// Whether another item stands in front of `end`; takes the comma, or the end.
  bool more(char end) {
    skip_space();
    const bool ends = rest_[0] == end;
    if (ends || rest_[0] == ',') rest_.remove_prefix(1);
    if (!ends) skip_space();
    return !ends;
  }

  void object() {
    rest_.remove_prefix(1);
    lua_createtable(state_, 0, 4);
    while (more('}')) {
      string();
      skip_space();
      rest_.remove_prefix(1);
      value();
      lua_rawset(state_, -3);
    }
  }

  void array() {
    rest_.remove_prefix(1);
    lua_createtable(state_, 4, 0);
    for (lua_Integer i = 1; more(']'); ++i) {
      value();
      lua_rawseti(state_, -2, i);
    }
    if (lua_rawlen(state_, -1) == 0) mark_array(state_);
  }

  void string() {
    std::size_t end = 1;
    while (rest_[end] != '"') end += rest_[end] == '\\' ? 2 : 1;
    const std::string_view raw = rest_.substr(1, end - 1);
    rest_.remove_prefix(end + 1);
    if (raw.find('\\') == std::string_view::npos) {
      lua_pushlstring(state_, raw.data(), raw.size());
      return;
    }
    scratch_.clear();
    json::append_unescaped(scratch_, raw);
    lua_pushlstring(state_, scratch_.data(), scratch_.size());
  }

  void number() {
    const std::size_t size = std::min(rest_.find_first_not_of("+-.0123456789eE"), rest_.size());
    const char* const end = rest_.data() + size;
    lua_Integer integer = 0;
    lua_Number real = 0;
    if (const auto [stop, error] = std::from_chars(rest_.data(), end, integer); error == std::errc() && stop == end) {
      lua_pushinteger(state_, integer);
    } else {
      std::from_chars(rest_.data(), end, real);
      lua_pushnumber(state_, real);
    }
    rest_.remove_prefix(size);
  }

  lua_State* const state_;
  std::string_view rest_;
  std::string& scratch_;
};

class Writing {
 public:
  Writing(lua_State* state, std::string& out, std::size_t largest, LuaJsonScratch& scratch)
      : state_(state), out_(out), most_(out.size() + largest), scratch_(scratch) {}

  /// The value at the top.
  void value(int depth) {
    if (out_.size() > most_) luaL_error(state_, "what is returned is too large");
    switch (lua_type(state_, -1)) {
      case LUA_TNIL:
        out_ += "null";
        return;
      case LUA_TBOOLEAN:
        out_ += lua_toboolean(state_, -1) != 0 ? "true" : "false";
        return;
      case LUA_TNUMBER:
        return number();
      case LUA_TSTRING: {
        std::size_t size = 0;
        const char* const text = lua_tolstring(state_, -1, &size);
        return json::append_string(out_, {text, size});
      }
      case LUA_TTABLE:
        if (depth == max_depth) luaL_error(state_, "what is returned is nested too deeply (or holds itself)");
        luaL_checkstack(state_, 4, "what is returned is nested too deeply");
        return table(depth + 1);
      case LUA_TLIGHTUSERDATA:
        out_ += "null";
        return;
      default:
        luaL_error(state_, "a %s cannot be in a document", luaL_typename(state_, -1));
    }
  }

 private:
  void number() {
    if (lua_isinteger(state_, -1) == 0) return json::append_number(out_, lua_tonumber(state_, -1));
    char text[24];
    const auto [end, error] = std::to_chars(text, text + sizeof text, lua_tointeger(state_, -1));
    out_.append(text, end);
  }

  void table(int depth) {
    const auto length = static_cast<lua_Integer>(lua_rawlen(state_, -1));
    lua_Integer members = 0;
    const std::size_t first = scratch_.keys.size();
    lua_pushnil(state_);
    while (lua_next(state_, -2) != 0) {
      ++members;
      lua_pop(state_, 1);
      if (lua_type(state_, -1) == LUA_TSTRING) {
        std::size_t size = 0;
        const char* const text = lua_tolstring(state_, -1, &size);
        scratch_.keys.emplace_back(text, size);
      }
    }
    if (length > 0 && members == length && scratch_.keys.size() == first) return array(length, depth);
    if (members == 0 && lua_getmetatable(state_, -1) != 0) {
      lua_pop(state_, 1);
      out_ += "[]";
      return;
    }
    object(first, static_cast<std::size_t>(members), depth);
  }

  void array(lua_Integer length, int depth) {
    for (lua_Integer i = 1; i <= length; ++i) {
      out_ += i == 1 ? '[' : ',';
      lua_rawgeti(state_, -1, i);
      value(depth);
      lua_pop(state_, 1);
    }
    out_ += ']';
  }

  void object(std::size_t first, std::size_t members, int depth) {
    const std::size_t last = scratch_.keys.size();
    out_ += '{';
    std::sort(scratch_.keys.begin() + static_cast<std::ptrdiff_t>(first), scratch_.keys.end());
    for (std::size_t i = first; i < last; ++i) {
      const std::string_view key = scratch_.keys[i];
      if (i != first) out_ += ',';
      json::append_string(out_, key);
      out_ += ':';
      lua_pushlstring(state_, key.data(), key.size());
      lua_rawget(state_, -2);
      value(depth);
      lua_pop(state_, 1);
    }
    scratch_.keys.resize(first);
    if (members != last - first) numbered(members != 0 && last != first, depth);
    out_ += '}';
  }

  /// The members whose keys are numbers, in the table's own order.
  void numbered(bool behind_others, int depth) {
    lua_pushnil(state_);
    while (lua_next(state_, -2) != 0) {
      if (lua_type(state_, -2) == LUA_TNUMBER) {
        if (behind_others) out_ += ',';
        behind_others = true;
        out_ += '"';
        lua_pushvalue(state_, -2);
        number();
        lua_pop(state_, 1);
        out_ += "\":";
        value(depth);
      } else if (lua_type(state_, -2) != LUA_TSTRING) {
        luaL_error(state_, "a %s cannot be a name in a document", luaL_typename(state_, -2));
      }
      lua_pop(state_, 1);
    }
  }

  lua_State* const state_;
  std::string& out_;
  std::size_t most_;
  LuaJsonScratch& scratch_;
};

}  // namespace

void mark_array(lua_State* state) {
  luaL_newmetatable(state, "array");
  lua_setmetatable(state, -2);
}

void push_json(lua_State* state, std::string_view json, LuaJsonScratch& scratch) {
  Reading(state, json, scratch.text).value();
}

void append_json(lua_State* state, std::string& out, std::size_t largest, LuaJsonScratch& scratch) {
  scratch.keys.clear();
  Writing(state, out, largest, scratch).value(0);
}

}  // namespace fieldgate::script
