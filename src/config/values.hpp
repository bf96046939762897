// What the texts of a configuration mean: durations, sizes, bytes, addresses. Pure functions; an error says what to
// write.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "config/section.hpp"
#include "message/result.hpp"

namespace fieldgate::config {

/// `true` or `false`, and nothing else: not `yes`, not `on`.
Result<bool> parse_flag(std::string_view text);

/// A whole number: decimal without leading zeros, or hex after `0x`; a minus is allowed.
Result<std::int64_t> parse_integer(std::string_view text);

/// A number and a unit: us, ms, s, m, h, d; `1.5s` too, `1h30m` not.
Result<Duration> parse_duration(std::string_view text);

/// A number and a unit: B, KB, MB, GB, TB (powers of 1000), KiB, MiB, GiB, TiB (of 1024). In bytes.
Result<std::int64_t> parse_size(std::string_view text);

/// `10/s`, `600/m`, `3/h`, `1/d`.
Result<Rate> parse_rate(std::string_view text);

/// The bytes of the text as they are, or of the hex digits behind `0x`, which spaces may group.
Result<std::string> parse_bytes(std::string_view text);

/// Pairs of hex digits, which spaces may group.
Result<std::string> parse_hex(std::string_view digits);

/// Standard base64 (RFC 4648), padded; spaces may group it.
Result<std::string> parse_base64(std::string_view text);

/// For a text of `parse_bytes` that was perhaps meant as hex: the warning that shows both spellings. Nothing for
/// others.
std::optional<std::string> hex_warning(std::string_view text);

/// `host:port`, `[v6]:port`, `unix:/path`, `systemd:NAME`.
Result<Address> parse_address(std::string_view text);

/// A text in single quotes for a message; long ones are cut, control bytes shown as \xNN.
std::string in_quotes(std::string_view text);

}  // namespace fieldgate::config
