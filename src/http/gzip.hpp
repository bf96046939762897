// gzip, for bodies of requests.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "message/result.hpp"

namespace fieldgate::http {

/// Compresses the pieces, as if they stood together, into one gzip member (RFC 1952). Takes milliseconds for a large
/// batch: call it on the worker.
Result<std::string> gzip(std::span<const std::string_view> pieces);

/// The same, with a subfield `FG` (RFC 1952, 2.3.1.1) that holds the size of the whole member in 4 bytes, so that
/// whoever has many of them in a file finds the next without reading all of this one.
Result<std::string> sized_gzip(std::span<const std::string_view> pieces);

/// The member's size, out of its first `sized_gzip_head` bytes; 0 for what is no such member.
inline constexpr std::size_t sized_gzip_head = 20;
std::uint32_t size_of_member(std::string_view head);

}  // namespace fieldgate::http
