// `fieldgate dead-letters`: what could not be delivered, and what is to become of it.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <memory>
#include <nlohmann/json.hpp>

#include "admin/letters.hpp"
#include "buffer/dead_letter_file.hpp"
#include "cli/command.hpp"
#include "cli/operate.hpp"
#include "cli/operator_texts.hpp"
#include "http/query.hpp"

namespace fieldgate::cli {
namespace {

using Json = nlohmann::ordered_json;
using buffer::DeadLetterFile;
using buffer::DeadLetterQuery;

struct Options {
  Where where;
  std::string sink;
  std::string adapter;
  std::string reason;
  std::int64_t id = 0;
  std::size_t limit = 100;
  bool all = false;
  bool json = false;

  DeadLetterQuery query() const {
    std::string component = !sink.empty() ? "sink " + sink : !adapter.empty() ? "adapter " + adapter : std::string();
    return {std::move(component), reason, id, limit};
  }
};

std::string target(std::string path, const DeadLetterQuery& query, bool all) {
  path += fmt::format("?limit={}", query.limit);
  if (query.id != 0) path += fmt::format("&id={}", query.id);
  if (!query.component.empty()) path += "&component=" + http::percent_encoded(query.component);
  if (!query.reason.empty()) path += "&reason=" + http::percent_encoded(query.reason);
  return all ? path + "&all=true" : path;
}

/// Opens the file of a gateway that does not run and does `work` with it; where there is no file, with none.
template <class Work>
Result<std::string> with_file(const std::filesystem::path& data_dir, const Work& work) {
  const auto held = hold(data_dir);
  if (!held) return held.error();
  std::error_code ec;
  if (!std::filesystem::exists(held->dead_letters(), ec)) return work(static_cast<DeadLetterFile*>(nullptr));
  Result<DeadLetterFile> file = DeadLetterFile::open(held->dead_letters(), {});
  if (!file) return Error{file.error().reason, held->dead_letters().string() + ": " + file.error().text};
  return work(&*file);
}

Result<std::string> list_in_file(DeadLetterFile* file, const DeadLetterQuery& query) {
  if (file == nullptr) return admin::to_json({}, {});
  const auto letters = file->list(query);
  if (!letters) return letters.error();
  return admin::to_json(*letters, file->totals());
}

Result<std::string> purge_in_file(DeadLetterFile* file, const DeadLetterQuery& query) {
  const Result<std::uint64_t> gone = file == nullptr ? Result<std::uint64_t>(0) : file->purge(query);
  if (!gone) return gone.error();
  return fmt::format("{{\"purged\":{}}}\n", *gone);
}

/// Marks them for the next start; which components there will be then is not known.
Result<std::string> replay_in_file(DeadLetterFile* file, const DeadLetterQuery& query) {
  std::uint64_t marked = 0;
  std::uint64_t frames = 0;
  if (file != nullptr) {
    const auto counts = file->count(query);
    if (!counts) return counts.error();
    for (const auto& [component, letters] : *counts) {
      if (!buffer::can_be_replayed(component)) {
        frames += letters;
        continue;
      }
      const auto done = file->mark(query, component);
      if (!done) return done.error();
      marked += *done;
    }
  }
  return fmt::format("{{\"marked\":{},\"frames\":{},\"absent\":0}}\n", marked, frames);
}

/// What the gateway answers, or the file.
template <class Work>
Result<std::string> answer(const Options& options, std::string_view method, const std::string& path, const Work& work) {
  const auto data_dir = find_data_dir(options.where);
  if (!data_dir) return data_dir.error();
  const auto running = ask_gateway(*data_dir, method, target(path, options.query(), options.all));
  if (!running) return running.error();
  if (*running) return **running;
  return with_file(*data_dir, [&](DeadLetterFile* file) { return work(file, options.query()); });
}

/// Prints the answer, by `text` for people.
template <class Text>
int finish(const Result<std::string>& answer, const Options& options, const Text& text) {
  if (!answer) {
    complain(answer.error().text);
    return cannot_run;
  }
  const Json json = Json::parse(*answer, nullptr, false);
  if (!json.is_object()) {
    complain("the gateway's answer is not understood; is it another version?");
    return cannot_run;
  }
  return print(options.json ? *answer : text(json)) ? success : cannot_run;
}

int list(const Options& options) {
  return finish(answer(options, "GET", "/dead-letters", list_in_file), options, letters_table);
}

int show(const Options& options) {
  auto found = answer(options, "GET", "/dead-letters", list_in_file);
  const Json json = found ? Json::parse(*found, nullptr, false) : Json();
  const Json letters = json.is_object() ? json.value("dead_letters", Json()) : Json();
  if (letters.is_array() && letters.empty()) {
    complain(fmt::format("there is no dead letter {}", options.id));
    return cannot_run;
  }
  if (letters.is_array()) found = letters.front().dump() + "\n";
  return finish(found, options, letter_text);
}

/// As finish(); but naming a letter that is not there, or that stays as it is, is a failure.
template <class Text>
int finish_change(const Result<std::string>& answer, const Options& options, const Text& text) {
  const int status = finish(answer, options, text);
  if (status != success || options.id == 0) return status;
  const Json json = Json::parse(*answer, nullptr, false);
  const auto number = [&json](const char* name) { return json.value(name, std::uint64_t{0}); };
  if (number("purged") + number("replayed") + number("marked") > 0) return success;
  if (number("frames") + number("absent") == 0) complain(fmt::format("there is no dead letter {}", options.id));
  return cannot_run;
}

std::string purged_text(const Json& json) {
  return fmt::format("purged {}\n", count_text(json.value("purged", std::uint64_t{0}), "dead letter", "dead letters"));
}

std::string replayed_text(const Json& json) {
  const auto number = [&json](const char* name) { return json.value(name, std::uint64_t{0}); };
  std::string out =
      json.contains("marked")
          ? fmt::format("no gateway runs: {} will be delivered again when one starts\n",
                        count_text(number("marked"), "dead letter", "dead letters"))
          : fmt::format("{} {} delivered again\n", count_text(number("replayed"), "dead letter", "dead letters"),
                        number("replayed") == 1 ? "is" : "are");
  if (number("frames") > 0) {
    out += fmt::format("kept: {} of adapters; what never became a message cannot be replayed\n", number("frames"));
  }
  if (number("absent") > 0) out += fmt::format("kept: {} of sinks that do not run any more\n", number("absent"));
  return out;
}

/// Whether it is said which letters are meant, and not in two ways.
void check_choice(const Options& options) {
  const bool filter = !options.sink.empty() || !options.adapter.empty() || !options.reason.empty();
  if (options.id == 0 && !filter && !options.all) {
    throw CLI::ValidationError("say which ones: an ID, --sink, --adapter or --reason, or --all");
  }
  if (options.all && (options.id != 0 || filter)) throw CLI::ValidationError("--all goes with no ID and no filter");
}

using Run = int (*)(const Options&);

CLI::App* add_verb(CLI::App& command, const std::string& name, const std::string& meaning,
                   const std::shared_ptr<Options>& options, int& status, Run run, bool chooses) {
  CLI::App* verb = command.add_subcommand(name, meaning);
  add_where(*verb, options->where);
  verb->add_flag("--json", options->json, "for machines");
  verb->callback([options, &status, run, chooses] {
    if (chooses) check_choice(*options);
    status = run(*options);
  });
  return verb;
}

void add_filter(CLI::App& verb, Options& options) {
  auto* sink = verb.add_option("--sink", options.sink, "only of this sink");
  verb.add_option("--adapter", options.adapter, "only of this adapter")->excludes(sink);
  verb.add_option("--reason", options.reason, "only with this reason, like status_400");
}

void add_choice(CLI::App& verb, Options& options) {
  add_filter(verb, options);
  verb.add_option("ID", options.id, "the number of one, as 'list' shows it")
      ->check(CLI::Range(std::int64_t{1}, INT64_MAX));
  verb.add_flag("--all", options.all, "all of them");
}

}  // namespace

void add_dead_letters(CLI::App& app, int& status) {
  CLI::App* command = app.add_subcommand("dead-letters", "What could not be delivered: list, show, replay, purge");
  command->require_subcommand(1);
  const auto options = std::make_shared<Options>();
  CLI::App* verb = add_verb(*command, "list", "The newest of them, a line each", options, status, list, false);
  add_filter(*verb, *options);
  verb->add_option("--limit", options->limit, "how many at the most")->check(CLI::Range(1, 1000));
  verb = add_verb(*command, "show", "One of them, with the message", options, status, show, false);
  verb->add_option("ID", options->id, "its number, as 'list' shows it")
      ->required()
      ->check(CLI::Range(std::int64_t{1}, INT64_MAX));
  const auto replay = [](const Options& chosen) {
    return finish_change(answer(chosen, "POST", "/dead-letters/replay", replay_in_file), chosen, replayed_text);
  };
  add_choice(*add_verb(*command, "replay", "Delivers them again", options, status, replay, true), *options);
  const auto purge = [](const Options& chosen) {
    return finish_change(answer(chosen, "POST", "/dead-letters/purge", purge_in_file), chosen, purged_text);
  };
  add_choice(*add_verb(*command, "purge", "Deletes them for good", options, status, purge, true), *options);
}

}  // namespace fieldgate::cli
