// Home: opening the data_dir, or going without.
#include "gateway/home.hpp"

#include <algorithm>

#include "telemetry/log.hpp"

namespace fieldgate::gateway {

namespace {

Result<Home> open(const Configuration& configuration) {
  auto data_dir = storage::DataDir::open(configuration.data_dir);
  if (!data_dir) return data_dir.error();
  auto epoch = data_dir->next_epoch();
  if (!epoch) return epoch.error();
  Home home;
  home.data_dir.emplace(std::move(*data_dir));
  home.epoch = *epoch;
  return home;
}

}  // namespace

Result<Home> open_home(const Configuration& configuration) {
  const bool is_needed = std::any_of(configuration.sinks.begin(), configuration.sinks.end(), [](const auto& sink) {
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

std::vector<std::string> abandoned_buffers(const Home& home, const Configuration& configuration) {
  std::vector<std::string> names;
  if (!home.data_dir) return names;
  std::error_code ignored;
  for (const auto& file : std::filesystem::directory_iterator(home.data_dir->path() / "buffers", ignored)) {
    if (file.path().extension() != ".db") continue;
    const bool is_used = std::any_of(configuration.sinks.begin(), configuration.sinks.end(), [&](const auto& sink) {
      return sink.factory.is_durable() && home.data_dir->buffer(sink.name).filename() == file.path().filename();
    });
    if (!is_used) names.push_back(file.path().stem().string());
  }
  return names;
}

}  // namespace fieldgate::gateway
