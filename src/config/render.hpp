// Values as the operator would write them, for the reference and for messages.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "config/section.hpp"

namespace fieldgate::config {

std::string render(bool value);
std::string render(std::int64_t value);
/// `1s`, `90s`, `5m`: the largest unit that divides it.
std::string render(Duration value);
/// `64KiB`, `10MB`, `1500B`.
std::string render_size(std::int64_t bytes);
/// As it is, or in quotes with YAML's escapes where it is empty or holds spaces or control bytes.
std::string render_text(std::string_view text);
std::string render_texts(const std::vector<std::string>& texts);
/// A text, or hex after `0x` where the bytes are none.
std::string render_bytes(std::string_view bytes);

/// "1 to 8", "at least 1", "at most 8", or nothing.
std::string render_range(const Range& range);
std::string render_size_range(const Range& range);

}  // namespace fieldgate::config
