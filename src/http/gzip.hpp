// gzip, for bodies of requests.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "message/result.hpp"

namespace fieldgate::http {

/// Compresses the pieces, as if they stood together, into one gzip member (RFC 1952). Takes milliseconds for a large
/// batch: call it on the worker.
Result<std::string> gzip(std::span<const std::string_view> pieces);

}  // namespace fieldgate::http
