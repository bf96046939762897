// Bytes written as text: hex digits and base64.
#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include "message/bytes.hpp"

namespace fieldgate::codec {

/// Appends the bytes that pairs of hex digits in `text` name; white space may stand between pairs. Where it is wrong,
/// and then `out` is as before; nothing if it is well.
std::optional<std::size_t> append_from_hex(std::string& out, Bytes text);

/// The same of base64 (RFC 4648, sections 4 and 5: either alphabet), with or without padding; line ends are passed
/// over.
std::optional<std::size_t> append_from_base64(std::string& out, Bytes text);

void append_hex(std::string& out, Bytes bytes);

}  // namespace fieldgate::codec
