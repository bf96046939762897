// Logging: lines to standard error, never blocking the reactor. The only room that includes spdlog.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include <fmt/core.h>

#include "message/bytes.hpp"

namespace fieldgate::telemetry {

enum class Level : std::uint8_t { trace, debug, info, warn, error };
enum class LogFormat : std::uint8_t { text, json };

/// Starts the logger: a bounded queue and a thread that writes; what does not fit is dropped and counted, oldest first.
/// Before it is called, lines go straight to standard error.
void start_log(Level level, LogFormat format);

/// Writes what is queued, at most for a moment, and ends the thread.
void stop_log();

/// Lines lost because standard error was too slow.
std::uint64_t log_dropped();

bool log_enabled(Level level);
void write_log(Level level, std::string_view component, std::string_view text);

/// Device text made safe for a log line: control bytes and bytes that are not UTF-8 as \xNN, cut at `limit` bytes.
std::string escaped(Bytes text, std::size_t limit = 64);

/// The log of one component: "adapter meters". Copy it freely. Lines that repeat are rate-limited by their key.
class Log {
 public:
  explicit Log(std::string component) : component_(std::move(component)) {}

  template <class... Args>
  void debug(fmt::format_string<Args...> format, Args&&... args) const {
    line(Level::debug, format, std::forward<Args>(args)...);
  }
  template <class... Args>
  void info(fmt::format_string<Args...> format, Args&&... args) const {
    line(Level::info, format, std::forward<Args>(args)...);
  }
  template <class... Args>
  void warn(fmt::format_string<Args...> format, Args&&... args) const {
    line(Level::warn, format, std::forward<Args>(args)...);
  }
  template <class... Args>
  void error(fmt::format_string<Args...> format, Args&&... args) const {
    line(Level::error, format, std::forward<Args>(args)...);
  }

  /// At most one line a minute for each `key` of this component; the next one says how many were left out. `key` is a
  /// literal or a bounded set of words (a reason), never device text.
  template <class... Args>
  void limited(Level level, std::string_view key, fmt::format_string<Args...> format, Args&&... args) const {
    std::uint64_t left_out = 0;
    if (!log_enabled(level) || !admit(key, left_out)) return;
    std::string text = fmt::format(format, std::forward<Args>(args)...);
    if (left_out > 0) text += fmt::format(" ({} more like this in the last minute)", left_out);
    write_log(level, component_, text);
  }

  const std::string& component() const { return component_; }

 private:
  template <class... Args>
  void line(Level level, fmt::format_string<Args...> format, Args&&... args) const {
    if (log_enabled(level)) write_log(level, component_, fmt::format(format, std::forward<Args>(args)...));
  }
  bool admit(std::string_view key, std::uint64_t& left_out) const;

  std::string component_;
};

}  // namespace fieldgate::telemetry
