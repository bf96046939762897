// Fixed: the simplest of the framers.
#include "framing/fixed.hpp"

namespace fieldgate::framing {

Fixed::Config Fixed::Config::read(config::Section& section) {
  Config config;
  config.length =
      static_cast<std::size_t>(section.integer("length", config::required, "Bytes of a frame.", {1, 16 * 1024 * 1024}));
  config.max_length = read_max_length(section);
  if (config.length == 0) config.length = 1;  // after a problem; a frame has at least a byte
  if (section.has("length") && config.length > config.max_length) section.error("length", "is more than max_length");
  return config;
}

Cut Fixed::next(Bytes input) {
  if (input.size() < length_) return Cut::more();
  return Cut::whole(input.substr(0, length_), length_);
}

Result<void> Fixed::wrap(Bytes payload, std::string& out) const {
  if (payload.size() != length_) {
    return Error{"length", "it has " + std::to_string(payload.size()) + " bytes, but each frame has " +
                               std::to_string(length_) + " (framing.length)"};
  }
  out.append(payload);
  return {};
}

}  // namespace fieldgate::framing
