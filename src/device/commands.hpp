// Commands to devices, from their acceptance to their end: checked, kept on disk, queued, sent once, answered.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "device/command.hpp"
#include "device/devices.hpp"
#include "reactor/reactor.hpp"
#include "telemetry/log.hpp"
#include "telemetry/metrics.hpp"

namespace fieldgate::device {

/// Who gives commands: a sink, the API. What it asked for is told again after a restart, by its name.
class Asker {
 public:
  /// A command of this asker has changed: as often as its state does.
  virtual void told(const CommandStatus& status) = 0;

 protected:
  ~Asker() = default;
};

/// A command is on disk as `sent` before its first byte goes out, so that it is never sent twice: what a crash finds in
/// that state has failed, unless the protocol says that it may be repeated (`retries`). Lives on the reactor's thread;
/// its file on a thread of its own.
class Commands final : private Listener {
 public:
  static constexpr std::size_t max_of_a_device = 64;
  static constexpr std::size_t max_waiting = 10'000;
  static constexpr std::size_t max_waiting_bytes = 64 * 1024 * 1024;  ///< of what they say
  /// So long a disk may take to keep one; then it is refused.
  static constexpr auto acceptance_time = std::chrono::seconds(10);
  static constexpr auto remember_ids = std::chrono::hours(24);
  static constexpr auto remember_contents = std::chrono::seconds(10);

  /// `file`: empty: nothing outlives the process. Everything outlives it.
  Commands(reactor::Reactor& reactor, Devices& devices, std::filesystem::path file, telemetry::Metrics& metrics,
           telemetry::Log log);
  ~Commands();

  /// An asker by the name that its requests carry as `from`. Before start().
  void add(const std::string& from, Asker& asker);

  /// Reads what a previous run has left, on its own time: what is given meanwhile waits for it. Called once.
  void start();

  /// Takes a command, or refuses it: `told` hears of it, once from here, at the latest when it is on disk. `allowed`:
  /// what the asker may give.
  void submit(CommandRequest request, const std::vector<std::string>& allowed);

  /// By our number, or by the asker's id; the newest first.
  Awaitable<std::vector<CommandStatus>> find(std::string_view id, std::int64_t number = 0);
  Awaitable<std::vector<CommandStatus>> of_device(std::string_view device, std::size_t limit);

  /// How many have not ended.
  std::size_t waiting() const;

  /// No more commands go out; what is open stays on disk.
  Awaitable<> stop(Duration deadline);

 private:
  void changed(const View& device, State before, std::string_view why, const Instant& now) override;
  struct Book;
  std::shared_ptr<Book> book_;
};

}  // namespace fieldgate::device
