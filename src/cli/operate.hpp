// How commands reach a gateway: its data_dir, its control socket, or, where none runs, its lock.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "http/local.hpp"
#include "message/result.hpp"
#include "storage/data_dir.hpp"

namespace CLI {
class App;
}

namespace fieldgate::cli {

/// Which gateway is meant.
struct Where {
  std::string config = "/etc/fieldgate/fieldgate.yaml";
  std::string data_dir;  ///< instead of the configuration's
};

/// The options -c and --data-dir; `where` outlives the command line.
void add_where(CLI::App& command, Where& where);

/// The data_dir, by option or from the configuration, of which nothing else has to be right or readable.
Result<std::filesystem::path> find_data_dir(const Where& where);

/// What the running gateway answers with 200; nothing where none runs. Any other answer is an error with its text.
Result<std::optional<std::string>> ask_gateway(const std::filesystem::path& data_dir, std::string_view method,
                                               std::string_view target);

/// Holds the data_dir while its files are open. Makes nothing: where no gateway has ever run, that is the error.
Result<storage::DataDir> hold(const std::filesystem::path& data_dir);

}  // namespace fieldgate::cli
