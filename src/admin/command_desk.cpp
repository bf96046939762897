// CommandDesk: who waits is woken by each change of his command.
#include "admin/command_desk.hpp"

#include <algorithm>
#include <random>

namespace fieldgate::admin {

namespace {

/// How long a command may take to be on disk.
constexpr auto until_taken = std::chrono::seconds(8);

std::uint64_t random_number() {
  std::random_device source;
  return (std::uint64_t{source()} << 32) | source();
}

}  // namespace

CommandDesk::CommandDesk(asio::io_context& io, std::string from)
    : io_(io), from_(std::move(from)), next_(random_number()) {}

Awaitable<std::optional<device::CommandStatus>> CommandDesk::give(device::Commands& commands,
                                                                  device::CommandRequest request, Duration wait) {
  const std::string key = std::to_string(next_++);
  const auto waiting = std::make_shared<Waiting>(io_);
  waiting->id = request.id;
  waiting->device = request.device;
  waiting_[key] = waiting;
  request.from = from_;
  request.correlation = key;
  const std::vector<std::string> allowed{request.name};  // the adapter's list decides
  const auto begin = Timer::clock_type::now();
  const auto end = begin + wait;
  commands.submit(std::move(request), allowed);
  while (true) {
    const auto now = Timer::clock_type::now();
    const auto& status = waiting->status;
    if (status && (status->final || now >= end)) break;
    const auto patience = status ? end : std::max(end, begin + until_taken);
    if (now >= patience) break;
    waiting->changed.expires_at(patience);
    error_code ignored;
    co_await waiting->changed.async_wait(into(ignored));
  }
  waiting_.erase(key);
  co_return waiting->status;
}

void CommandDesk::told(const device::CommandStatus& status) {
  for (const auto& [key, waiting] : waiting_) {
    // A command that was given before, with the same id, is told under its first request.
    const bool same_id = !waiting->id.empty() && waiting->id == status.request.id;
    if (key != status.request.correlation && !(same_id && waiting->device == status.request.device)) continue;
    waiting->status = status;
    waiting->changed.cancel();
  }
}

}  // namespace fieldgate::admin
