// Finding the gateway that an operator means.
#include "cli/operate.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <nlohmann/json.hpp>
#include <system_error>

#include "config/loader.hpp"

namespace fieldgate::cli {
namespace {

constexpr std::string_view default_data_dir = "/var/lib/fieldgate";
constexpr std::string_view or_name_it = "name the folder with --data-dir";

/// The data_dir that a configuration names, with all else that is wrong in it left alone.
Result<std::filesystem::path> data_dir_of(const std::string& file) {
  config::Files files;
  config::Problems problems;
  const auto document = config::load(file, false, files, problems);
  if (!document) {
    const auto& found = problems.sorted();
    return Error{"config", fmt::format("{}: {}; name another configuration with -c, or {}", file,
                                       found.empty() ? "it cannot be read" : found.front().text, or_name_it)};
  }
  const config::Node* gateway = document->root.find("gateway");
  const config::Node* node = gateway == nullptr ? nullptr : gateway->find("data_dir");
  if (node == nullptr) return std::filesystem::path(default_data_dir);
  if (!node->is_scalar() || node->text.empty() || node->unresolved) {
    return Error{"config", fmt::format("{}: its gateway.data_dir cannot be told from here; {}", file, or_name_it)};
  }
  const std::filesystem::path path(node->text);
  return path.is_relative() ? files.directory(node->mark.file) / path : path;
}

constexpr std::string_view run_as = "run this as root or as the user that runs the gateway";

}  // namespace

std::function<std::string(const std::string&)> not_empty() {
  return [](const std::string& text) { return std::string(text.empty() ? "it is empty; give its name" : ""); };
}

void add_where(CLI::App& command, Where& where) {
  auto* config = command.add_option("-c,--config", where.config, "the gateway's configuration file");
  config->capture_default_str();
  command.add_option("--data-dir", where.data_dir, "its data_dir, instead of a configuration")->excludes(config);
}

Result<std::filesystem::path> find_data_dir(const Where& where) {
  if (where.data_dir.empty()) return data_dir_of(where.config);
  return std::filesystem::path(where.data_dir);
}

Error refused(const http::LocalAnswer& answer) {
  const auto json = nlohmann::json::parse(answer.body, nullptr, false);
  const bool says_why = json.is_object() && json.contains("error") && json["error"].is_string();
  return {"refused",
          "the gateway says: " + (says_why ? json["error"].get<std::string>()
                                           : fmt::format("status {}; is it another version?", answer.status))};
}

Error not_running(const std::filesystem::path& data_dir) {
  return {"absent",
          fmt::format("no gateway runs on {}; start it, or name another with -c or --data-dir", data_dir.string())};
}

namespace {

/// What kept a request from its answer; nothing where nobody runs.
Result<std::optional<http::LocalAnswer>> reached(Result<http::LocalAnswer> answer) {
  if (answer) return std::optional<http::LocalAnswer>(std::move(*answer));
  if (answer.error().reason == "absent") return std::optional<http::LocalAnswer>();
  if (answer.error().reason == "permission") {
    return Error{"permission", fmt::format("{}; {}", answer.error().text, run_as)};
  }
  return answer.error();
}

std::string api_path(std::string_view target) { return "/api/v1" + std::string(target); }

}  // namespace

Result<std::optional<http::LocalAnswer>> reach_gateway(const std::filesystem::path& data_dir, std::string_view method,
                                                       std::string_view target, std::string_view body,
                                                       const http::LocalLimits& limits) {
  return reached(http::ask_local(data_dir / "control.sock", method, api_path(target), limits, body));
}

Result<std::optional<std::string>> ask_gateway(const std::filesystem::path& data_dir, std::string_view method,
                                               std::string_view target) {
  auto answer = reach_gateway(data_dir, method, target);
  if (!answer) return answer.error();
  if (!*answer) return std::optional<std::string>();
  if ((*answer)->status / 100 != 2) return refused(**answer);
  return std::optional<std::string>(std::move((*answer)->body));
}

Result<std::string> ask_running(const Where& where, std::string_view method, std::string_view target) {
  const auto data_dir = find_data_dir(where);
  if (!data_dir) return data_dir.error();
  auto answer = ask_gateway(*data_dir, method, target);
  if (!answer) return answer.error();
  if (!*answer) return not_running(*data_dir);
  return std::move(**answer);
}

Result<bool> read_running(const Where& where, std::string_view target, const http::TakeLine& take) {
  const auto data_dir = find_data_dir(where);
  if (!data_dir) return data_dir.error();
  bool wanted = true;
  const http::TakeLine noting = [&](std::string_view line) { return wanted = take(line); };
  const auto answer = reached(http::read_local(*data_dir / "control.sock", api_path(target), noting));
  // The gateway that stops cuts its streams.
  if (!answer && answer.error().reason == "ended") return false;
  if (!answer) return answer.error();
  if (!*answer) return not_running(*data_dir);
  if ((*answer)->status != 200) return refused(**answer);
  return !wanted;
}

Result<storage::DataDir> hold(const std::filesystem::path& data_dir) {
  std::error_code ec;
  // What root made here a gateway of another user could not use.
  if (!std::filesystem::exists(data_dir / "lock", ec)) {
    if (ec == std::errc::permission_denied) {
      return Error{"permission", fmt::format("{}: {}; {}", data_dir.string(), ec.message(), run_as)};
    }
    return Error{"absent",
                 fmt::format("no gateway has ever kept anything in {}; is this its data_dir?", data_dir.string())};
  }
  auto held = storage::DataDir::open(data_dir);
  if (!held && held.error().reason == "locked") {
    return Error{"locked", data_dir.string() +
                               ": a gateway that does not listen on its control socket (it starts or stops?) or "
                               "another command has it; try again in a moment"};
  }
  return held;
}

}  // namespace fieldgate::cli
