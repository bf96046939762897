// What `status`, `devices`, `tail` and `dead-letters` print for people. Pure functions of the JSON that machines get.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include <nlohmann/json_fwd.hpp>

#include "cli/terminal.hpp"

namespace fieldgate::cli {

/// Lines of at most 100 columns; all text that may be a device's is escaped.
std::string status_text(const nlohmann::ordered_json& status);
std::string letters_table(const nlohmann::ordered_json& answer);
std::string letter_text(const nlohmann::ordered_json& letter);

/// The head of a table of devices, and its rows.
std::string devices_head();
std::string device_row(const nlohmann::ordered_json& device);

/// All that is known of a device; its frames as hex dumps.
std::string device_text(const nlohmann::ordered_json& device, const Painter& paint);

/// A frame of a device, or of the live tail: a line, and a hex dump below.
std::string frame_text(const nlohmann::ordered_json& frame, const Painter& paint);

/// A line of what became of a command: "answered {..}", "failed: timeout: ..".
std::string command_line(const nlohmann::ordered_json& command, const Painter& paint);

/// Rows of 16 bytes: place, hex, and what of it is text.
std::string hex_dump(std::string_view bytes);

/// `text` padded to `width` characters, or cut.
std::string cell(std::string_view text, std::size_t width);

/// `text` made safe for a terminal, cut to `width` characters.
std::string fitting(std::string_view text, std::size_t width);

std::string size_text(std::uint64_t bytes);  ///< "4.2 KiB"
std::string duration_text(double seconds);   ///< "3d 4h", "12m 3s", "0.5s"
std::string count_text(std::uint64_t count, std::string_view one, std::string_view many);  ///< "1 dead letter"

}  // namespace fieldgate::cli
