// Lua: a frame in, the text of a table out.
#include "codec/lua.hpp"

namespace fieldgate::codec {

namespace {

enum Function : std::size_t { decode_frame, encode_document };

const std::vector<std::string>& functions() {
  static const std::vector<std::string> names{"decode", "encode"};
  return names;
}

}  // namespace

Lua::Config Lua::Config::read(config::Section& section) {
  return {script::read_script(section, functions(),
                              "The script: function decode(frame), which returns a table, a list of tables or nil, and "
                              "perhaps function encode(document), which returns bytes.")};
}

Lua::Lua(const Config& config, const expression::Paths& paths)
    : lua_(config.script.loaded(functions())), documents_(paths) {}

std::optional<Failure> Lua::decode(Bytes frame, Receiver& out) {
  const auto found = lua_->bytes_to_json(decode_frame, frame, documents_.begin());
  if (!found) {
    error_ = found.error().text;
    return Failure{found.error().reason, error_, 0};
  }
  return *found ? documents_.deliver(out) : std::nullopt;
}

Result<void> Lua::encode(std::string_view json, std::string& out) const {
  if (!lua_->has(encode_document)) return Error{"encode", "the script has no function encode(document)"};
  if (auto checked = check_object(json); !checked) return checked;
  return lua_->json_to_bytes(encode_document, json, out);
}

}  // namespace fieldgate::codec
