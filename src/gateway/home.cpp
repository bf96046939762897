// Home: opening the data_dir, or going without.
#include "gateway/home.hpp"

#include <algorithm>
#include <ctime>

#include "buffer/look.hpp"
#include "telemetry/log.hpp"

namespace fieldgate::gateway {

namespace {

/// What is no socket stands in the socket's way; that it is not ours is sure, since we hold the lock.
void put_aside_foreign(const std::filesystem::path& socket) {
  std::error_code failed;
  const auto status = std::filesystem::symlink_status(socket, failed);
  if (!std::filesystem::exists(status) || std::filesystem::is_socket(status)) return;
  const std::filesystem::path aside = socket.string() + ".foreign-" + std::to_string(::time(nullptr));
  std::filesystem::rename(socket, aside, failed);
  telemetry::Log("gateway").error("{} is no socket; it was put aside as {}", socket.string(),
                                  aside.filename().string());
}

Result<Home> open(const Configuration& configuration) {
  auto data_dir = storage::DataDir::open(configuration.data_dir);
  if (!data_dir) return data_dir.error();
  std::string damage;
  auto epoch = data_dir->next_epoch(damage);
  if (!epoch) return epoch.error();
  if (!damage.empty()) telemetry::Log("gateway").error("{}", damage);
  put_aside_foreign(data_dir->control_socket());
  Home home;
  home.data_dir.emplace(std::move(*data_dir));
  home.epoch = *epoch;
  return home;
}

}  // namespace

Result<Home> open_home(const Configuration& configuration) {
  const bool is_needed = configuration.has_commands ||
                         std::any_of(configuration.sinks.begin(), configuration.sinks.end(), [](const auto& sink) {
                           return sink.enabled && (sink.factory.is_durable() || sink.factory.encoding.id);
                         });
  auto home = open(configuration);
  if (home || is_needed) return home;
  telemetry::Log("gateway").warn(
      "going on without a data_dir: dead letters are only counted, and 'fieldgate status' cannot reach this gateway "
      "({})",
      home.error().text);
  return Home{};
}

std::vector<AbandonedBuffer> abandoned_buffers(const Home& home, const Configuration& configuration) {
  std::vector<AbandonedBuffer> found;
  if (!home.data_dir) return found;
  std::error_code ignored;
  for (const auto& file : std::filesystem::directory_iterator(home.data_dir->path() / "buffers", ignored)) {
    if (file.path().extension() != ".db" || !file.is_regular_file(ignored)) continue;
    const bool is_used = std::any_of(configuration.sinks.begin(), configuration.sinks.end(), [&](const auto& sink) {
      return sink.factory.is_durable() && home.data_dir->buffer(sink.name).filename() == file.path().filename();
    });
    if (is_used) continue;
    const auto waiting = buffer::look(file.path());
    if (waiting && waiting->messages > 0) found.push_back({file.path().stem().string(), waiting->messages});
  }
  return found;
}

}  // namespace fieldgate::gateway
