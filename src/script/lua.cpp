// Lua: every touch of a state that can raise an error is inside a protected call, whose own frames own nothing.
#include "script/lua.hpp"

#include <lua.hpp>

#include "script/lua_json.hpp"
#include "script/lua_library.hpp"
#include "script/lua_meter.hpp"

namespace fieldgate::script {

namespace {

/// A document may be larger than its frame, but not without end.
constexpr std::size_t largest_document = 1024 * 1024;

/// How many calls' time the run of the whole script may take at load.
constexpr std::int64_t load_calls = 20;

constexpr const char* functions_table = "functions";

std::string_view without_space(std::string_view source) {
  const std::size_t first = source.find_first_not_of(" \t\r\n");
  return first == std::string_view::npos ? std::string_view() : source.substr(first);
}

/// `function(message) ... end` is an expression: to be run it is returned.
bool is_function_alone(std::string_view source) {
  source = without_space(source);
  constexpr std::string_view word = "function";
  return source.starts_with(word) && without_space(source.substr(word.size())).starts_with('(');
}

}  // namespace

class Lua::State {
 public:
  explicit State(std::size_t memory) : meter(memory), lua(lua_newstate(LuaMeter::allocate, &meter)) {}
  ~State() {
    if (lua != nullptr) lua_close(lua);
  }
  State(const State&) = delete;
  State& operator=(const State&) = delete;

  LuaMeter meter;
  lua_State* lua;
  LuaJsonScratch scratch;
  std::int64_t instructions = 0;
};

/// Everything one protected call needs; only pointers and views, for an error jumps over destructors.
struct Lua::Call {
  enum class Want : unsigned char { json, bytes, piece };

  State& state;
  std::size_t function;
  std::string_view argument;
  bool is_json;
  Want want;
  std::string& out;
  bool is_something = false;
  Piece piece{};

  static int run(lua_State* lua);
  void take_json(lua_State* lua);
  void take_bytes(lua_State* lua);
  void take_piece(lua_State* lua);
};

namespace {

struct Loading {
  std::string_view source;
  const char* name;
  const std::vector<std::string>& names;
  unsigned present = 0;
};

/// The functions of the returned table or of the globals at the top, by their names, into `functions`.
void collect(lua_State* lua, Loading& loading, int functions) {
  for (std::size_t i = 0; i < loading.names.size(); ++i) {
    lua_getfield(lua, -1, loading.names[i].c_str());
    if (lua_isfunction(lua, -1) != 0) {
      loading.present |= 1U << i;
      lua_rawseti(lua, functions, static_cast<lua_Integer>(i));
    } else {
      lua_pop(lua, 1);
    }
  }
}

/// A global function that the script has defined, if there is only one: pushed, or nothing is. `before` holds the names
/// of those that were there.
bool push_only_function(lua_State* lua, int before) {
  int found = 0;
  lua_pushglobaltable(lua);
  lua_pushnil(lua);
  lua_pushnil(lua);  // globals, the function, the key
  while (lua_next(lua, -3) != 0) {
    lua_pushvalue(lua, -2);
    const bool is_new = lua_rawget(lua, before) == LUA_TNIL;
    lua_pop(lua, 1);
    if (is_new && lua_isfunction(lua, -1) != 0) {
      ++found;
      lua_copy(lua, -1, -3);
    }
    lua_pop(lua, 1);
  }
  lua_remove(lua, -2);
  if (found == 1) return true;
  lua_pop(lua, 1);
  return false;
}

/// Remembers the names of all globals in a new table.
void push_names(lua_State* lua) {
  lua_newtable(lua);
  lua_pushglobaltable(lua);
  lua_pushnil(lua);
  while (lua_next(lua, -2) != 0) {
    lua_pop(lua, 1);
    lua_pushvalue(lua, -1);
    lua_pushboolean(lua, 1);
    lua_rawset(lua, -5);
  }
  lua_pop(lua, 1);
}

int load_protected(lua_State* lua) {
  Loading& loading = *static_cast<Loading*>(lua_touserdata(lua, 1));
  open_library(lua);
  lua_newtable(lua);
  const int functions = lua_gettop(lua);
  push_names(lua);
  const int before = lua_gettop(lua);
  if (luaL_loadbufferx(lua, loading.source.data(), loading.source.size(), loading.name, "t") != LUA_OK)
    return lua_error(lua);
  lua_call(lua, 0, 1);
  if (lua_isfunction(lua, -1) != 0) {
    loading.present |= 1U;
    lua_rawseti(lua, functions, 0);
  } else {
    if (lua_istable(lua, -1) == 0) lua_pushglobaltable(lua);
    collect(lua, loading, functions);
  }
  if (loading.present == 0 && push_only_function(lua, before)) {
    loading.present = 1;
    lua_rawseti(lua, functions, 0);
  }
  if ((loading.present & 1U) == 0) return luaL_error(lua, "there is no function %s", loading.names[0].c_str());
  lua_pushvalue(lua, functions);
  lua_setfield(lua, LUA_REGISTRYINDEX, functions_table);
  freeze_globals(lua);
  return 0;
}

/// Takes the error from the top of the stack.
Error take_error(lua_State* lua, int status, bool is_exhausted) {
  const bool is_text = lua_type(lua, -1) == LUA_TSTRING;
  std::string text = is_text ? lua_tostring(lua, -1) : "an error that is no text";
  lua_settop(lua, 0);
  // Lua's string buffers say it by a text.
  if (status == LUA_ERRMEM || text.ends_with("not enough memory"))
    return {"script_memory", "it needs more memory than it may have (option memory)"};
  if (is_exhausted) return {"script_timeout", std::move(text)};
  return {"script_error", std::move(text)};
}

}  // namespace

Lua::Lua(std::unique_ptr<State> state) : state_(std::move(state)) {}
Lua::~Lua() = default;

Result<std::shared_ptr<Lua>> Lua::load(std::string_view source, const std::string& name,
                                       const std::vector<std::string>& names, const LuaLimits& limits) {
  auto state = std::make_unique<State>(limits.memory);
  const Error too_small{"script_memory", "it needs more memory than it may have (option memory)"};
  if (state->lua == nullptr) return too_small;
  std::string text(source);
  if (is_function_alone(source)) text.insert(0, "return ");
  const std::string chunk = "=" + name;
  Loading loading{text, chunk.c_str(), names};
  state->instructions = limits.timeout.count() * LuaLimits::instructions_a_millisecond / 1000;
  state->meter.start(state->lua, load_calls * state->instructions);
  lua_State* const lua = state->lua;
  lua_pushcfunction(lua, load_protected);
  lua_pushlightuserdata(lua, &loading);
  const int status = lua_pcall(lua, 1, 0, 0);
  if (status != LUA_OK) return take_error(lua, status, state->meter.is_exhausted());
  std::shared_ptr<Lua> loaded(new Lua(std::move(state)));
  loaded->present_ = loading.present;
  return loaded;
}

int Lua::Call::run(lua_State* lua) {
  Call& call = *static_cast<Call*>(lua_touserdata(lua, 1));
  lua_getfield(lua, LUA_REGISTRYINDEX, functions_table);
  lua_rawgeti(lua, -1, static_cast<lua_Integer>(call.function));
  if (call.is_json) {
    push_json(lua, call.argument, call.state.scratch);
  } else {
    lua_pushlstring(lua, call.argument.data(), call.argument.size());
  }
  lua_call(lua, 1, call.want == Want::piece ? 2 : 1);
  switch (call.want) {
    case Want::json:
      call.take_json(lua);
      break;
    case Want::bytes:
      call.take_bytes(lua);
      break;
    case Want::piece:
      call.take_piece(lua);
      break;
  }
  return 0;
}

void Lua::Call::take_json(lua_State* lua) {
  if (lua_isnil(lua, -1) || (lua_islightuserdata(lua, -1) != 0)) return;
  if (lua_istable(lua, -1) == 0) luaL_error(lua, "it returned a %s, not a table or nil", luaL_typename(lua, -1));
  lua_pushnil(lua);
  if (lua_next(lua, -2) == 0) return;
  lua_pop(lua, 2);
  append_json(lua, out, largest_document, state.scratch);
  is_something = true;
}

void Lua::Call::take_bytes(lua_State* lua) {
  if (lua_type(lua, -1) != LUA_TSTRING) luaL_error(lua, "it returned a %s, not a string", luaL_typename(lua, -1));
  std::size_t size = 0;
  const char* const bytes = lua_tolstring(lua, -1, &size);
  out.append(bytes, size);
}

void Lua::Call::take_piece(lua_State* lua) {
  const bool is_count = lua_isnil(lua, -2) || lua_isinteger(lua, -2) != 0;
  if (!is_count || !(lua_isnil(lua, -1) || lua_type(lua, -1) == LUA_TSTRING))
    luaL_error(lua, "it returned %s and %s, not a number of bytes and a frame", luaL_typename(lua, -2),
               luaL_typename(lua, -1));
  piece.consumed = lua_tointeger(lua, -2);
  const auto most = static_cast<lua_Integer>(argument.size());
  if (piece.consumed < 0 || piece.consumed > most)
    luaL_error(lua, "it consumed %d of %d bytes", static_cast<int>(piece.consumed), static_cast<int>(most));
  piece.has_frame = lua_isnil(lua, -1) == 0;
  if (piece.has_frame && piece.consumed == 0) luaL_error(lua, "it returned a frame but consumed nothing");
  if (piece.has_frame) take_bytes(lua);
}

Result<void> Lua::run(Call& call) {
  lua_State* const lua = state_->lua;
  if (!has(call.function)) return Error{"script_error", "the script has no such function"};
  const std::size_t before = call.out.size();
  state_->meter.start(lua, state_->instructions);
  lua_pushcfunction(lua, Call::run);
  lua_pushlightuserdata(lua, &call);
  const int status = lua_pcall(lua, 1, 0, 0);
  if (status == LUA_OK) return {};
  call.out.resize(before);
  return take_error(lua, status, state_->meter.is_exhausted());
}

Result<bool> Lua::bytes_to_json(std::size_t function, Bytes bytes, std::string& out) {
  Call call{*state_, function, bytes, false, Call::Want::json, out};
  if (auto done = run(call); !done) return done.error();
  return call.is_something;
}

Result<bool> Lua::json_to_json(std::size_t function, std::string_view json, std::string& out) {
  Call call{*state_, function, json, true, Call::Want::json, out};
  if (auto done = run(call); !done) return done.error();
  return call.is_something;
}

Result<void> Lua::json_to_bytes(std::size_t function, std::string_view json, std::string& out) {
  Call call{*state_, function, json, true, Call::Want::bytes, out};
  return run(call);
}

Result<void> Lua::bytes_to_bytes(std::size_t function, Bytes bytes, std::string& out) {
  Call call{*state_, function, bytes, false, Call::Want::bytes, out};
  return run(call);
}

Result<Lua::Piece> Lua::cut(std::size_t function, Bytes bytes, std::string& out) {
  Call call{*state_, function, bytes, false, Call::Want::piece, out};
  if (auto done = run(call); !done) return done.error();
  return call.piece;
}

}  // namespace fieldgate::script
