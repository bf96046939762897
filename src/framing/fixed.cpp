// Fixed: the simplest of the framers.
#include "framing/fixed.hpp"

namespace fieldgate::framing {

FixedShape::Config FixedShape::Config::read(config::Section& section) {
  Config config;
  config.length =
      static_cast<std::size_t>(section.integer("length", config::required, "Bytes of a frame.", {1, 16 * 1024 * 1024}));
  config.common = Common::read(section);
  if (config.length == 0) config.length = 1;  // after a problem; a frame has at least a byte
  if (section.has("length") && config.length > config.common.max_length)
    section.error("length", "is more than max_length");
  return config;
}

Result<void> FixedShape::wrap(Bytes payload, std::string& out) const {
  const Common& common = config_.common;
  const std::string start = common.start.empty() ? std::string() : common.start[0];
  // A payload without its own range is whole, start and all, unless the rest of the frame is filled in round it.
  const bool whole = !common.payload && payload.size() == config_.length;
  Result<Draft> draft = Draft::make(common, payload, whole ? 0 : start.size(), 0, out);
  if (!draft) return draft.error();
  if (whole && common.checksum) out.resize(draft->begin() + config_.length);
  if (draft->size() != config_.length) {
    return Error{"length", "it has " + std::to_string(payload.size()) + " bytes and makes a frame of " +
                               std::to_string(draft->size()) + ", but each frame has " +
                               std::to_string(config_.length) + " (framing.length)"};
  }
  draft->put(0, start);
  return draft->fill_checksum(common);
}

}  // namespace fieldgate::framing
