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

ScriptShape::Config ScriptShape::Config::read(config::Section& section) {
  Config config;
  config.script = script::read_script(
      section, functions(),
      "The script: function(buffer) returns how many bytes are done with, and the frame; nil: it needs more.");
  config.common = Common::read(section);
  return config;
}

ScriptShape::ScriptShape(const Config& config)
    : config_(config), lua_(config.script.loaded(functions())), window_(config.common.max_length) {}

Measure ScriptShape::measure(Bytes rest) {
  const std::size_t most = config_.common.max_length;
  allowance_.waiting(rest.size());
  const std::size_t missing = rest.size() < most ? allowance_.missing(std::min(rest.size(), window_)) : 0;
  if (missing > 0) return Measure::more(std::min(rest.size() + missing, most));
  const std::uint64_t before = allowance_.work();
  const Measure measured = look(rest);
  if (measured.kind == Measure::Kind::more) allowance_.pay_since(before);
  if (measured.kind != Measure::Kind::more) allowance_.done(measured.size);
  return measured;
}

Measure ScriptShape::look(Bytes rest) {
  const std::size_t most = config_.common.max_length;
  for (;;) {
    const Bytes seen = rest.substr(0, window_);
    frame_.clear();
    allowance_.count(seen.size());
    const auto piece = lua_->cut(cut, seen, frame_);
    if (!piece) return Measure::lost(piece.error().reason);
    const auto consumed = static_cast<std::size_t>(piece->consumed);
    if (consumed == 0 && seen.size() == std::min(rest.size(), most)) {  // it wants more than there is
      return rest.size() < most ? Measure::more(rest.size() + 1) : Measure::too_long(seen.size());
    }
    window_ = std::min(most, std::max(first_window, 2 * (consumed == 0 ? window_ : consumed)));
    if (consumed == 0) continue;
    if (!piece->has_frame) return Measure::garbage(consumed);
    if (frame_.size() > most) return Measure::too_long(consumed);
    return Measure::whole(frame_, consumed);
  }
}

Result<void> ScriptShape::wrap(Bytes payload, std::string& out) const {
  if (lua_->has(wrap_payload)) return lua_->bytes_to_bytes(wrap_payload, payload, out);
  Result<Draft> draft = Draft::make(config_.common, payload, 0, 0, out);
  return draft ? draft->fill_checksum(config_.common) : Result<void>(draft.error());
}

}  // namespace fieldgate::framing
