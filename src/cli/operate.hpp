// How commands reach a gateway: its data_dir, its control socket, or, where none runs, its lock.
#pragma once

#include <filesystem>
#include <functional>
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

/// Of an argument that names something.
std::function<std::string(const std::string&)> not_empty();

/// Which gateway is meant.
struct Where {
  std::string config = "/etc/fieldgate/fieldgate.yaml";
  std::string data_dir;  ///< instead of the configuration's
};

/// The options -c and --data-dir; `where` outlives the command line.
void add_where(CLI::App& command, Where& where);

/// The data_dir, by option or from the configuration, of which nothing else has to be right or readable.
Result<std::filesystem::path> find_data_dir(const Where& where);

/// What the running gateway's API answers (`target` begins behind `/api/v1`); nothing where none runs. `body`: JSON.
Result<std::optional<http::LocalAnswer>> reach_gateway(const std::filesystem::path& data_dir, std::string_view method,
                                                       std::string_view target, std::string_view body = {},
                                                       const http::LocalLimits& limits = {});

/// The same, of an answer that is a success; any other is an error with its text.
Result<std::optional<std::string>> ask_gateway(const std::filesystem::path& data_dir, std::string_view method,
                                               std::string_view target);

/// The same for what only a running gateway knows: with none that is the error.
Result<std::string> ask_running(const Where& where, std::string_view method, std::string_view target);

/// Reads a stream of the running gateway, line by line, until `take` wants no more (true) or it ends (false).
Result<bool> read_running(const Where& where, std::string_view target, const http::TakeLine& take);

/// What an answer says that is no success.
Error refused(const http::LocalAnswer& answer);

/// That no gateway runs there.
Error not_running(const std::filesystem::path& data_dir);

/// Holds the data_dir while its files are open. Makes nothing: where no gateway has ever run, that is the error.
Result<storage::DataDir> hold(const std::filesystem::path& data_dir);

}  // namespace fieldgate::cli
