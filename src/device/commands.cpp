// Commands: the book's outside.
#include "device/commands.hpp"

#include <algorithm>

#include "device/command_book.hpp"

namespace fieldgate::device {

namespace {

/// What is in memory is newer than what is on disk.
std::vector<CommandStatus> renewed(std::vector<CommandStatus> found, const std::vector<CommandStatus>& live) {
  for (const CommandStatus& status : live) {
    const auto same = std::find_if(found.begin(), found.end(),
                                   [&status](const CommandStatus& other) { return other.number == status.number; });
    same == found.end() ? static_cast<void>(found.push_back(status)) : static_cast<void>(*same = status);
  }
  std::sort(found.begin(), found.end(), [](const auto& a, const auto& b) { return a.number > b.number; });
  return found;
}

}  // namespace

Commands::Commands(reactor::Reactor& reactor, Devices& devices, std::filesystem::path file, telemetry::Metrics& metrics,
                   telemetry::Log log)
    : book_(std::make_shared<Book>(reactor, devices, std::move(file), metrics, std::move(log))) {
  metrics.declare("fieldgate_commands_total", "Changes of commands, by the state that they came to.");
  metrics.gauge("fieldgate_commands_waiting", {}, "Commands that have not ended.", [weak = std::weak_ptr<Book>(book_)] {
    const auto book = weak.lock();
    return book ? static_cast<double>(book->entries.size()) : 0.0;
  });
  devices.listen(*this);
}

Commands::~Commands() {
  book_->stopping = true;
  book_->devices.unlisten(*this);
}

void Commands::add(const std::string& from, Asker& asker) { book_->askers[from] = &asker; }

void Commands::start() { book_->journal.start(); }

std::size_t Commands::waiting() const { return book_->entries.size(); }

void Commands::submit(CommandRequest request, const std::vector<std::string>& allowed) {
  book_->submit(std::move(request), allowed);
}

Awaitable<std::vector<CommandStatus>> Commands::Book::look_up(CommandJournal::Query query,
                                                              std::function<bool(const CommandStatus&)> wanted) {
  std::vector<CommandStatus> found = co_await journal.read(std::move(query));
  std::vector<CommandStatus> live;
  for (const auto& [number, entry] : entries) {
    if (entry.phase != Phase::accepting && wanted(entry.kept.status)) live.push_back(entry.kept.status);
  }
  co_return renewed(std::move(found), live);
}

Awaitable<std::vector<CommandStatus>> Commands::find(std::string_view id, std::int64_t number) {
  const auto book = book_;
  const std::string name(id);
  CommandJournal::Query query = [name, number](CommandStore& store) { return store.find(name, number); };
  std::function<bool(const CommandStatus&)> wanted = [name, number](const CommandStatus& status) {
    return number != 0 ? status.number == number : status.request.id == name;
  };
  co_return co_await book->look_up(std::move(query), std::move(wanted));
}

Awaitable<std::vector<CommandStatus>> Commands::of_device(std::string_view device, std::size_t limit) {
  const auto book = book_;
  const std::string name(device);
  CommandJournal::Query query = [name, limit](CommandStore& store) { return store.of_device(name, limit); };
  std::function<bool(const CommandStatus&)> wanted = [name](const CommandStatus& status) {
    return status.request.device == name;
  };
  std::vector<CommandStatus> found = co_await book->look_up(std::move(query), std::move(wanted));
  if (found.size() > limit) found.resize(limit);
  co_return found;
}

Awaitable<> Commands::stop(Duration deadline) {
  const auto book = book_;
  const auto end = std::chrono::steady_clock::now() + deadline;
  book->stopping = true;
  book->timer.cancel();
  book->look();
  co_await book->journal.close(end);
}

void Commands::changed(const View& device, State, std::string_view, const Instant&) {
  const auto line = book_->lines.find(device.id);
  if (line != book_->lines.end() && !line->second.waiting.empty()) book_->look_later(line->first);
}

}  // namespace fieldgate::device
