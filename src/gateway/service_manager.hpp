// Talking with the service manager: sd_notify(3) without its library, whose own libraries would double the start-up
// time.
#pragma once

#include <chrono>
#include <optional>
#include <string_view>

namespace fieldgate::gateway {

/// Sends lines such as "READY=1" to $NOTIFY_SOCKET. Does nothing where nobody listens; never blocks.
void notify_service_manager(std::string_view lines);

/// How often the service manager wants to hear WATCHDOG=1 at the latest; nothing if it does not watch this process.
std::optional<std::chrono::microseconds> watchdog_interval();

}  // namespace fieldgate::gateway
