// What the disk buffer does to put damaged files aside.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

#include "message/result.hpp"

namespace fieldgate::buffer {

/// Seconds since 1970.
std::int64_t unix_time();

/// The file's name with `suffix`, and a number if that is taken.
std::filesystem::path free_name(const std::filesystem::path& file, const std::string& suffix);

/// A file that is not there is no error.
Result<void> move_file(const std::filesystem::path& from, const std::filesystem::path& to);

/// Renames and new files in `folder` are durable then.
Result<void> sync_folder(const std::filesystem::path& folder);

/// Writes `content` beside, syncs it and puts it in the place of `file`: there is the old content or the new at any
/// time.
Result<void> replace_file(const std::filesystem::path& file, std::string_view content);

/// Keeps the newest files that were put aside, so that a bad disk is not filled with copies.
void remove_oldest_damaged(const std::filesystem::path& file);

}  // namespace fieldgate::buffer
