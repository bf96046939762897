// What `status` and `dead-letters` print for people. Pure functions of the JSON that machines get.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include <nlohmann/json_fwd.hpp>

namespace fieldgate::cli {

/// Lines of at most 100 columns; all text that may be a device's is escaped.
std::string status_text(const nlohmann::ordered_json& status);
std::string letters_table(const nlohmann::ordered_json& answer);
std::string letter_text(const nlohmann::ordered_json& letter);

/// `text` made safe for a terminal, cut to `width` characters.
std::string fitting(std::string_view text, std::size_t width);

std::string size_text(std::uint64_t bytes);  ///< "4.2 KiB"
std::string duration_text(double seconds);   ///< "3d 4h", "12m 3s", "0.5s"
std::string count_text(std::uint64_t count, std::string_view one, std::string_view many);  ///< "1 dead letter"

}  // namespace fieldgate::cli
