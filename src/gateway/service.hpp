// A good service: signals, the service manager, the watchdog that the reactor itself feeds.
#pragma once

#include <string_view>

#include "gateway/configuration.hpp"

namespace fieldgate::gateway {

/// Runs a gateway until SIGTERM or SIGINT and returns the process's exit status: 0 after a clean stop, 1 if it could
/// not start. A second signal ends it at once.
int run_service(const Configuration& configuration, std::string_view version);

}  // namespace fieldgate::gateway
