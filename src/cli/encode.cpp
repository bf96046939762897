// `fieldgate encode`: the bytes that a document, or a command, is on the wire.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <memory>
#include <nlohmann/json.hpp>

#include "cli/command.hpp"
#include "cli/input.hpp"
#include "cli/recorder.hpp"
#include "cli/subject.hpp"
#include "cli/terminal.hpp"
#include "cli/workbench.hpp"

namespace fieldgate::cli {
namespace {

using Json = nlohmann::ordered_json;

struct Options {
  SubjectOptions subject;
  std::string json;
  std::string command;
  std::string framing_case;
  bool raw = false;
};

Result<std::string> wrap(const protocol::FramedConfig& protocol, const std::string& payload, const std::string& name) {
  if (!protocol.framing) return payload;
  const auto framer = protocol.framing.make();
  std::string out;
  if (name.empty()) {
    if (const auto wrapped = framer->wrap(payload, out); !wrapped) return wrapped.error();
    return out;
  }
  const auto branch = framer->branch(name);
  if (!branch) return Error{"case", fmt::format("the framing has no case that is called '{}'", name)};
  if (const auto wrapped = framer->wrap_as(*branch, payload, out); !wrapped) return wrapped.error();
  return out;
}

Result<std::string> bytes_of(const Chosen& chosen, const Options& options, const std::string& json) {
  if (!options.command.empty()) {
    Recorder recorder(chosen.laboratory.gateway);
    Workbench bench(chosen.subject, chosen.laboratory.gateway, recorder);
    return bench.framed().command_bytes(options.command, json);
  }
  const expression::Paths paths;
  const auto codec = chosen.subject.protocol.codec.make(paths);
  std::string payload;
  if (const auto encoded = codec->encode(json, payload); !encoded) return encoded.error();
  return wrap(chosen.subject.protocol, payload, options.framing_case);
}

/// What is encoded: the argument, else standard input; a command may have no arguments at all.
Result<std::string> document_of(const Options& options) {
  std::string text = options.json;
  if (text.empty() && options.command.empty()) {
    auto input = read_input({});
    if (!input) return input.error();
    text = std::move(*input);
  }
  if (text.empty()) text = "{}";
  const Json json = Json::parse(text, nullptr, false);
  if (!json.is_object()) return Error{"json", "expected a JSON object, like {\"temperature\": 21.5}"};
  return json.dump();
}

int encode(const Options& options) {
  keep_log_quiet();
  int status = success;
  const auto chosen = choose_subject(options.subject, status);
  if (!chosen) return status;
  const auto document = document_of(options);
  if (!document) {
    complain(document.error().text);
    return bad_data;
  }
  const auto bytes = bytes_of(*chosen, options, *document);
  if (!bytes) {
    complain(bytes.error().text);
    return cannot_run;
  }
  return print(options.raw ? *bytes : hex_text(*bytes) + "\n") ? success : cannot_run;
}

}  // namespace

void add_encode(CLI::App& app, int& status) {
  CLI::App* command = app.add_subcommand("encode", "The bytes of a document, or of a command, as they go out");
  const auto options = std::make_shared<Options>();
  add_subject(*command, options->subject);
  command->add_option("JSON", options->json, "the document, or the command's arguments; left out: standard input");
  command->add_option("--command", options->command, "a command of the protocol, by its name");
  command->add_option("--case", options->framing_case, "of a switch: the case that frames it");
  command->add_flag("--raw", options->raw, "the bytes themselves, not hex");
  command->footer("Ends with 0, or 1 if it cannot be encoded, 65 if it is no JSON object.");
  command->callback([options, &status] { status = encode(*options); });
}

}  // namespace fieldgate::cli
