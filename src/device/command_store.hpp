// The file of the commands: what must outlive a kill, and what is known of a day's ids.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "device/command.hpp"
#include "message/result.hpp"
#include "storage/database.hpp"

namespace fieldgate::device {

/// A command with what only we know of it.
struct KeptCommand {
  CommandStatus status;
  bool repeatable = false;  ///< it may be sent twice
  std::string key;          ///< what its asker knows it by: the id, or the content's hash
};

/// More ended commands, or bytes of them, are not kept: the oldest go.
struct CommandBounds {
  std::int64_t ended = 100'000;
  std::int64_t bytes = 64 * 1024 * 1024;
};

/// Blocks: for a thread of its own. Reasons of errors: those of storage::Database; `corrupt` also for a row, an index
/// or a log that is not as it was written, since a command must be run neither altered nor twice.
class CommandStore {
 public:
  /// `file` empty: in memory. What was written before is durable when it returns.
  static Result<CommandStore> open(const std::filesystem::path& file);

  /// Those that have not ended, in their order.
  Result<std::vector<KeptCommand>> open_commands();
  /// The highest number that was ever given.
  Result<std::int64_t> last_number();

  /// One that this asker gave this device under this key since then.
  Result<std::optional<CommandStatus>> seen(const KeptCommand& command, TimePoint since);
  /// Adds it, or takes the place of what has its number.
  Result<void> put(const KeptCommand& command);

  /// By number where that is not 0, else by the id; the newest first.
  Result<std::vector<CommandStatus>> find(std::string_view id, std::int64_t number);
  Result<std::vector<CommandStatus>> of_device(std::string_view device, std::size_t limit);

  /// Removes those that ended before, and what is too much: returns how many of the latter.
  Result<std::uint64_t> purge(TimePoint before, const CommandBounds& bounds = {});

  storage::Database& database() { return database_; }

 private:
  explicit CommandStore(storage::Database database) : database_(std::move(database)) {}
  Result<void> prepare();
  Result<void> look_through();

  storage::Database database_;
};

}  // namespace fieldgate::device
