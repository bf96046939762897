// Script: what the function says, held to a framer's contract.
#include "framing/script.hpp"

namespace fieldgate::framing {

namespace {

enum Function : std::size_t { cut, wrap_payload };

const std::vector<std::string>& functions() {
  static const std::vector<std::string> names{"frame", "wrap"};
  return names;
}

}  // namespace

Script::Config Script::Config::read(config::Section& section) {
  Config config;
  config.script = script::read_script(
      section, functions(),
      "The script: function(buffer) returns how many bytes are done with, and the frame; nil: it needs more.");
  config.max_length = read_max_length(section);
  return config;
}

Script::Script(const Config& config) : lua_(config.script.loaded(functions())), max_length_(config.max_length) {}

Cut Script::next(Bytes input) {
  const Bytes seen = input.substr(0, max_length_);
  frame_.clear();
  const auto piece = lua_->cut(cut, seen, frame_);
  if (!piece) return Cut::lose(piece.error().reason);
  const auto consumed = static_cast<std::size_t>(piece->consumed);
  if (piece->has_frame && frame_.size() > max_length_) return Cut::reject("too_long", consumed);
  if (piece->has_frame) return Cut::whole(frame_, consumed, input.substr(0, consumed));
  if (consumed != 0) return Cut::garbage(consumed);
  return input.size() < max_length_ ? Cut::more() : Cut::reject("too_long", seen.size());
}

Result<void> Script::wrap(Bytes payload, std::string& out) const {
  if (lua_->has(wrap_payload)) return lua_->bytes_to_bytes(wrap_payload, payload, out);
  out.append(payload);
  return {};
}

}  // namespace fieldgate::framing
