// zstd, for bodies of requests, publications and files.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "message/result.hpp"

namespace fieldgate::http {

/// Compresses the pieces, as if they stood together, into one zstd frame (RFC 8878) with a checksum. Takes milliseconds
/// for a large batch: call it on the worker.
Result<std::string> zstd(std::span<const std::string_view> pieces);

}  // namespace fieldgate::http
