// `fieldgate status` for people.
#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "cli/operator_texts.hpp"

namespace fieldgate::cli {
namespace {

using Json = nlohmann::ordered_json;

std::string word(const Json& json, const char* name, std::size_t width) {
  const auto found = json.find(name);
  return found != json.end() && found->is_string() ? fitting(found->get<std::string>(), width) : std::string();
}

std::uint64_t number(const Json& json, const char* name) { return json.value(name, std::uint64_t{0}); }

/// Errors are frames and messages; the bytes of garbage, which are counted one by one, stand apart.
std::string adapters_table(const Json& adapters) {
  constexpr const char* row = "{:<26}  {:<8}  {:<5}  {:>11}  {:>12}  {:>8}  {:>8}  {:>8}\n";
  std::string out =
      fmt::format(row, "adapter", "type", "ready", "connections", "messages", "errors", "garbage", "rejected");
  for (const Json& adapter : adapters) {
    out += fmt::format(row, word(adapter, "name", 26), word(adapter, "type", 8),
                       adapter.value("ready", false) ? "yes" : "no", number(adapter, "connections"),
                       number(adapter, "messages"), number(adapter, "errors") - number(adapter, "garbage_bytes"),
                       number(adapter, "garbage_bytes"), number(adapter, "rejected"));
  }
  return out;
}

std::string transforms_table(const Json& transforms) {
  constexpr const char* row = "{:<26}  {:<8}  {:>14}\n";
  std::string out = "\n" + fmt::format(row, "transform", "type", "taken away");
  for (const Json& transform : transforms) {
    out += fmt::format(row, word(transform, "name", 26), word(transform, "type", 8), number(transform, "dropped"));
  }
  return out;
}

std::string balance_text(const Json& sink) {
  const auto missing = sink.value("missing", std::int64_t{0});
  if (missing == 0) return "yes";
  return missing > 0 ? fmt::format("no: {} accepted, but accounted for nowhere", missing)
                     : fmt::format("no: {} accounted for twice", -missing);
}

/// What was accepted, and where all of it is now.
std::string sink_text(const Json& sink) {
  constexpr const char* row = "  {:<13}{:>12}   {:<13}{:>12}   {:<13}{:>12}\n";
  std::string out = fmt::format("sink {} ({}): {}\n", word(sink, "name", 60), word(sink, "type", 12),
                                sink.value("up", false) ? "up" : "DOWN");
  out += fmt::format(row, "accepted", number(sink, "accepted"), "delivered", number(sink, "delivered"), "backlog",
                     number(sink, "backlog"));
  out += fmt::format(row, "expired", number(sink, "expired"), "dropped", number(sink, "dropped"), "dead letters",
                     number(sink, "dead_letters"));
  out += fmt::format(row, "corrupt", number(sink, "corrupt"), "retries", number(sink, "retries"), "backlog size",
                     size_text(number(sink, "backlog_bytes")));
  const Json oldest = sink.value("oldest", Json());
  out += fmt::format("  buffer: {}, {}{}\n", word(sink, "buffer", 10), word(sink, "buffer_state", 50),
                     oldest.is_number() ? "; the oldest waits for " + duration_text(oldest.get<double>()) : "");
  return out + "  balances: " + balance_text(sink) + "\n";
}

std::string letters_line(const Json& status) {
  const Json letters = status.value("dead_letters", Json::object());
  return fmt::format("dead letters: {}, {}\n", number(letters, "letters"), size_text(number(letters, "bytes")));
}

/// Nothing where the gateway is of a version that does not say.
std::string devices_line(const Json& status) {
  const Json counts = status.value("devices", Json::object());
  if (counts.empty()) return {};
  std::string out = fmt::format("devices: {} online, {} late, {} offline", number(counts, "online"),
                                number(counts, "late"), number(counts, "offline"));
  if (number(counts, "unseen") > 0) out += fmt::format(", {} registered and never heard", number(counts, "unseen"));
  const Json commands = status.value("commands", Json::object());
  if (!commands.empty())
    out += fmt::format("; {} waiting", count_text(number(commands, "waiting"), "command", "commands"));
  return out + "\n";
}

std::string running_text(const Json& status) {
  std::string out =
      fmt::format("gateway {}, Fieldgate {}, up {} (since {})\n\n", word(status, "gateway", 40),
                  word(status, "version", 12), duration_text(status.value("uptime", 0.0)), word(status, "started", 24));
  if (const Json adapters = status.value("adapters", Json::array()); !adapters.empty()) out += adapters_table(adapters);
  if (const Json stages = status.value("transforms", Json::array()); !stages.empty()) out += transforms_table(stages);
  for (const Json& sink : status.value("sinks", Json::array())) out += "\n" + sink_text(sink);
  return out + "\n" + devices_line(status) + letters_line(status);
}

/// What lies in the files of a gateway that does not run.
std::string resting_text(const Json& status) {
  constexpr const char* row = "{:<40}  {:>12}  {:>10}  {}\n";
  std::string out = fmt::format("no gateway runs on {}\n\n", word(status, "data_dir", 80));
  const Json buffers = status.value("buffers", Json::array());
  if (!buffers.empty()) out += fmt::format(row, "disk buffer of sink", "messages", "size", "oldest from");
  for (const Json& buffer : buffers) {
    if (buffer.contains("error")) {
      out += fmt::format("{:<40}  {}\n", word(buffer, "sink", 40), word(buffer, "error", 56));
    } else {
      out += fmt::format(row, word(buffer, "sink", 40), number(buffer, "messages"), size_text(number(buffer, "bytes")),
                         word(buffer, "oldest", 24));
    }
  }
  if (status.contains("dead_letters_error"))
    return out + "dead letters: " + word(status, "dead_letters_error", 80) + "\n";
  return out + letters_line(status);
}

}  // namespace

std::string status_text(const Json& status) {
  return status.value("running", false) ? running_text(status) : resting_text(status);
}

}  // namespace fieldgate::cli
