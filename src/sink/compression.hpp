// `compression` of a sink.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "config/section.hpp"
#include "message/result.hpp"

namespace fieldgate::sink {

enum class Compression : std::uint8_t { none, gzip, zstd };

/// Reads the option `compression`.
Compression read_compression(config::Section& sink, std::string_view meaning);

/// As HTTP and MQTT name it (RFC 9110, 8.4); empty for none.
std::string_view content_encoding(Compression compression);

/// The pieces, as if they stood together, as one gzip member or zstd frame. Not for `none`. Takes milliseconds for a
/// large batch: call it on the worker.
Result<std::string> compress(Compression compression, std::span<const std::string_view> pieces);

}  // namespace fieldgate::sink
