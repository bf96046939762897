// The options that every script has. Inline, as this room is built without the configuration's.
#pragma once

#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "config/read_file.hpp"
#include "config/section.hpp"
#include "script/lua.hpp"

namespace fieldgate::script {

/// A script as the configuration gives it. Compared by its text, so that a reload sees a changed file.
struct LuaScript {
  std::string source;
  std::string name = "script";  ///< in errors
  LuaLimits limits;
  std::shared_ptr<Lua> lua;  ///< loaded; null where the file was not read or holds an error

  bool operator==(const LuaScript& other) const {
    return source == other.source && name == other.name && limits == other.limits;
  }

  /// Loads it, where it has not been. Throws std::runtime_error for a script that does not load.
  std::shared_ptr<Lua> loaded(const std::vector<std::string>& names) const {
    if (lua) return lua;
    auto made = Lua::load(source, name, names, limits);
    if (!made) throw std::runtime_error(made.error().text);
    return *made;
  }
};

/// Reads `file` or `source`, `timeout` and `memory`, and loads the script, so that its errors are the file's. `names`
/// are the functions that it may have; the first it must.
inline LuaScript read_script(config::Section& section, const std::vector<std::string>& names,
                             std::string_view source_meaning) {
  LuaScript script;
  const std::filesystem::path file =
      section.path("file", std::string(), "A file that holds the script; this or source.");
  script.source = section.text("source", std::string(), source_meaning);
  script.limits.timeout = section.duration(
      "timeout", std::chrono::milliseconds(5),
      "The longest that a call may take, counted in instructions (50000 a millisecond), whatever the machine does.",
      std::chrono::microseconds(100));
  script.limits.memory =
      section.size("memory", 1024 * 1024, "The most memory that the script may use.", {128 * 1024, 256 * 1024 * 1024});
  if (section.describing()) return script;
  const bool has_file = section.has("file");
  if (has_file == section.has("source")) {
    section.error(has_file ? "source" : "", has_file ? "give either the file or the source, not both"
                                                     : "a script needs a 'file', or its text as 'source'");
    return script;
  }
  if (has_file) {
    script.name = file.filename().string();
    if (section.reader().syntax_only) return script;
    auto text = config::read_file(file);
    if (!text) {
      section.error("file", "cannot read '" + file.string() + "': " + text.error().text);
      return script;
    }
    script.source = std::move(*text);
  }
  auto loaded = Lua::load(script.source, script.name, names, script.limits);
  if (loaded) {
    script.lua = std::move(*loaded);
  } else {
    section.error(has_file ? "file" : "source", loaded.error().text);
  }
  return script;
}

}  // namespace fieldgate::script
