// A client of raw bytes, for requests that no library would send.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace fieldgate::test {

/// Connects to 127.0.0.1, sends `text` and returns all that comes until the server closes; then "<closed>" stands
/// behind it. A server that is silent for `patience_ms` is left alone.
std::string raw_exchange(std::uint16_t port, std::string_view text, int patience_ms = 300);

}  // namespace fieldgate::test
