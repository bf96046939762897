// Keeps what was spent of a budget over restarts.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "message/result.hpp"
#include "sink/budget.hpp"

namespace fieldgate::sink {

/// Which time it is, for a file that is read in a later run: the wall clock may be wrong by years, but within one boot
/// of the machine the time since boot is not.
struct Moment {
  std::string boot;       ///< identifies this boot; empty where unknown
  Duration since_boot{};  ///< CLOCK_BOOTTIME
  TimePoint wall{};

  static Moment now();

  /// How much time has passed from `before` until this moment. After another boot by the wall clock, but no less than
  /// the machine is up; a wall clock that went back counts as nothing.
  Duration since(const Moment& before) const;
};

/// The text of the file, and what it says at a later moment.
std::string write_spent(const std::vector<Budget::Spent>& spent, const Moment& moment);
Result<std::vector<Budget::Spent>> read_spent(const std::string& text, const Moment& now);

/// Puts `text` in the place of the file at once, synced (0600). Blocks. The error names the file.
Result<void> replace_file(const std::filesystem::path& path, const std::string& text);

}  // namespace fieldgate::sink
