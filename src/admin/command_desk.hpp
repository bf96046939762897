// Where the API's commands are given, and where it hears what becomes of them.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "device/commands.hpp"
#include "reactor/asio.hpp"

namespace fieldgate::admin {

/// The asker of one listener: "api", "control". Outlives the commands that it has given.
class CommandDesk final : public device::Asker {
 public:
  CommandDesk(asio::io_context& io, std::string from);

  const std::string& from() const { return from_; }

  /// Gives the command and waits until it has ended, but at most for `wait`; in any case until it is taken or refused.
  /// Nothing: that took too long.
  Awaitable<std::optional<device::CommandStatus>> give(device::Commands& commands, device::CommandRequest request,
                                                       Duration wait);

  void told(const device::CommandStatus& status) override;

 private:
  /// A request that waits to hear of its command.
  struct Waiting {
    explicit Waiting(asio::io_context& io) : changed(io) {}
    Timer changed;
    std::string id;
    std::string device;
    std::optional<device::CommandStatus> status;
  };

  asio::io_context& io_;
  std::string from_;
  std::uint64_t next_;  // random at first: what an earlier run was told under must not come up again
  std::map<std::string, std::shared_ptr<Waiting>> waiting_;  // by what goes with the command as its correlation
};

}  // namespace fieldgate::admin
