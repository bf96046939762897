// `fieldgate status`: what goes on in the running gateway, or what waits in the files of one that does not run.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <memory>
#include <nlohmann/json.hpp>

#include "buffer/dead_letter_file.hpp"
#include "buffer/look.hpp"
#include "cli/command.hpp"
#include "cli/operate.hpp"
#include "cli/operator_texts.hpp"

namespace fieldgate::cli {
namespace {

using Json = nlohmann::ordered_json;
namespace fs = std::filesystem;

struct Options {
  Where where;
  bool json = false;
};

Json buffer_value(const fs::path& file) {
  Json json = {{"sink", file.stem().string()}};
  const auto waiting = buffer::look(file);
  if (!waiting) {
    json["error"] = waiting.error().text;
    return json;
  }
  json["messages"] = waiting->messages;
  json["bytes"] = waiting->bytes;
  json["oldest"] = nullptr;
  if (waiting->oldest) {
    std::string oldest;
    append_rfc3339(oldest, *waiting->oldest);
    json["oldest"] = oldest;
  }
  return json;
}

/// What lies in the data_dir.
Result<Json> look_into(const fs::path& data_dir) {
  const auto held = hold(data_dir);
  if (!held) return held.error();
  Json json = {{"running", false}, {"data_dir", data_dir.string()}, {"buffers", Json::array()}};
  std::error_code ec;
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(data_dir / "buffers", ec)) {
    if (entry.path().extension() == ".db") files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  for (const fs::path& file : files) json["buffers"].push_back(buffer_value(file));
  buffer::DeadLetterTotals kept;
  if (fs::exists(held->dead_letters(), ec)) {
    const auto letters = buffer::DeadLetterFile::open(held->dead_letters(), {});
    if (letters) {
      kept = letters->totals();
    } else {
      json["dead_letters_error"] = letters.error().text;
    }
  }
  json["dead_letters"] = {{"letters", kept.letters}, {"bytes", kept.bytes}};
  return json;
}

Result<Json> find_status(const Where& where) {
  const auto data_dir = find_data_dir(where);
  if (!data_dir) return data_dir.error();
  const auto answer = ask_gateway(*data_dir, "GET", "/status");
  if (!answer) return answer.error();
  if (!*answer) return look_into(*data_dir);
  Json json = Json::parse(**answer, nullptr, false);
  if (!json.is_object()) return Error{"io", "the gateway's answer is not understood; is it another version?"};
  return json;
}

int show_status(const Options& options) {
  const Result<Json> status = find_status(options.where);
  if (!status) {
    complain(status.error().text);
    return cannot_run;
  }
  const std::string json = status->dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
  return print(options.json ? json : status_text(*status)) ? success : cannot_run;
}

}  // namespace

void add_status(CLI::App& app, int& status) {
  CLI::App* command = app.add_subcommand("status", "What goes on in the running gateway, or what waits on its disk");
  const auto options = std::make_shared<Options>();
  add_where(*command, options->where);
  command->add_flag("--json", options->json, "for machines");
  command->callback([options, &status] { status = show_status(*options); });
}

}  // namespace fieldgate::cli
