// What the parts of a configuration must not be to each other.
#pragma once

#include <vector>

#include "config/section.hpp"
#include "gateway/configuration.hpp"

namespace fieldgate::gateway {

/// The admin listener stays on this machine.
void check_admin(config::Section& section, const config::Address& address);

/// A protocol of the file is not called as a shipped one.
void check_shipped_name(const std::string& name, config::Section& protocol);

/// No address is dialled by two adapters.
void check_dialled(const Configuration& c, const std::vector<router::Source>& adapters, config::Problems& problems);

/// No two listeners at one address.
void check_listeners(const Configuration& c, const std::vector<router::Source>& adapters, config::Section& root);

/// No client id twice at one MQTT broker: the two would end each other's connections for ever.
void check_client_ids(const Configuration& c, const std::vector<router::Source>& adapters,
                      const std::vector<router::Stage>& sinks, config::Problems& problems);

/// A sink that blocks stops its adapters for all sinks that share them: a warning.
void check_blocking(const Configuration& c, const std::vector<router::Stage>& sinks, config::Problems& problems);

/// What devices are told is stored must be: warnings.
void check_acknowledgement(const Configuration& c, const std::vector<router::Source>& adapters,
                           config::Problems& problems);

/// A sink that may give commands which no adapter lets its devices be given: a warning.
void check_commands(const Configuration& c, const std::vector<router::Stage>& sinks, config::Problems& problems);

/// Disk buffers that may grow beyond the free space: a warning.
void check_disk_space(const Configuration& c, config::Section& root);

/// `{{ gateway }}` in a template while the gateway's id is only the host's name: a warning.
void check_default_id(config::Section& root);

}  // namespace fieldgate::gateway
