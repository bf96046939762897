// Framings as operators write them, read as an adapter reads them.
#pragma once

#include <string>

#include "framing/datagram.hpp"
#include "framing/delimiter.hpp"
#include "framing/fixed.hpp"
#include "framing/json.hpp"
#include "framing/length_field.hpp"
#include "framing/line.hpp"
#include "framing/modbus_rtu.hpp"
#include "framing/netstring.hpp"
#include "framing/presets.hpp"
#include "framing/regex.hpp"
#include "framing/sml.hpp"
#include "framing/start_end.hpp"
#include "framing/switch.hpp"
#include "unit/config/reading.hpp"

namespace fieldgate::framing {

inline const config::Registry<Factory>& types() {
  static const config::Registry<Factory> all = [] {
    config::Registry<Factory> registry("framing");
    registry.add("line", Line::meaning, read_line);
    registry.add<Delimiter>();
    registry.add<Fixed>();
    registry.add<LengthField>();
    registry.add<Netstring>();
    registry.add<Datagram>();
    registry.add<StartEnd>();
    registry.add("cobs", "COBS", read_cobs);
    registry.add<Switch>();
    registry.add<Json>();
    registry.add<Regex>();
    registry.add<ModbusRtu>();
    registry.add<Sml>();
    add_presets(registry);
    return registry;
  }();
  return all;
}

/// `{ type: ..., ... }`; the message of the only problem is in `problem`.
struct FromYaml {
  explicit FromYaml(const std::string& yaml) {
    config::Reading reading("framing: " + yaml, [&](config::Section& root) {
      root.reader().provide(types());
      root.section("framing", "framing", [&](config::Section& section) { factory = types().read(section); });
    });
    problem = reading.only();
  }
  Factory factory;
  std::string problem;
};

}  // namespace fieldgate::framing
