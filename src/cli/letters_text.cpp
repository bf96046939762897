// `fieldgate dead-letters list` and `show` for people.
#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "cli/operator_texts.hpp"
#include "telemetry/log.hpp"

namespace fieldgate::cli {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t hex_row = 32;

/// What stands under `name`, or in hex under `name_hex`.
std::string text_of(const Json& letter, const std::string& name) {
  const std::string hex = letter.value(name + "_hex", std::string());
  return hex.empty() ? letter.value(name, std::string()) : "0x" + hex;
}

/// "2026-01-31T08:15:30Z"
std::string to_seconds(std::string time) {
  if (const std::size_t dot = time.find('.'); dot != std::string::npos) time.replace(dot, std::string::npos, "Z");
  return time;
}

std::string record_text(const Json& letter) {
  const std::string hex = letter.value("record_hex", std::string());
  std::string out;
  if (hex.empty()) {
    const std::string record = letter.value("record", std::string());
    const bool printable = std::none_of(record.begin(), record.end(), [](char c) {
      return (static_cast<unsigned char>(c) < 0x20 && c != '\n' && c != '\t') || c == 0x7f;
    });
    return (printable ? record : telemetry::escaped(record, record.size() * 4)) + "\n";
  }
  for (std::size_t at = 0; at < hex.size(); at += 2 * hex_row) {
    out += fmt::format("{:06x} ", at / 2);
    for (std::size_t i = at; i < std::min(hex.size(), at + 2 * hex_row); i += 2) {
      if (i % 16 == 0) out += ' ';
      out += hex.substr(i, 2);
    }
    out += '\n';
  }
  return out;
}

}  // namespace

std::string letters_table(const Json& answer) {
  const Json letters = answer.value("dead_letters", Json::array());
  const Json kept = answer.value("kept", Json::object());
  std::string out;
  const auto row = [&out](std::string_view id, std::string_view died, std::string_view component,
                          std::string_view reason, std::string_view device, std::string_view text) {
    out += fmt::format("{:>9}  ", id) + cell(died, 20) + cell(component, 15) + cell(reason, 14) + cell(device, 14) +
           fitting(text, 18) + "\n";
  };
  if (!letters.empty()) row("id", "died", "component", "reason", "device", "text");
  bool waiting = false;
  for (const Json& letter : letters) {
    const bool replay = letter.value("replay", false);
    waiting = waiting || replay;
    row((replay ? "*" : "") + std::to_string(letter.value("id", std::int64_t{0})),
        to_seconds(letter.value("died", std::string())), letter.value("component", std::string()),
        letter.value("reason", std::string()), text_of(letter, "device"), text_of(letter, "text"));
  }
  const auto all = kept.value("letters", std::uint64_t{0});
  out += fmt::format("{}{}, {} in all\n",
                     letters.size() < all ? fmt::format("{} shown of ", letters.size()) : std::string(),
                     count_text(all, "dead letter", "dead letters"), size_text(kept.value("bytes", std::uint64_t{0})));
  if (waiting) out += "* is to be delivered again\n";
  return out;
}

std::string letter_text(const Json& letter) {
  std::string out;
  const auto row = [&out](std::string_view name, const std::string& value) {
    if (!value.empty()) out += fmt::format("{:<10} {}\n", name, telemetry::escaped(value, 4096));
  };
  const bool hex = letter.contains("record_hex");
  row("id", std::to_string(letter.value("id", std::int64_t{0})));
  row("component", letter.value("component", std::string()));
  row("reason", letter.value("reason", std::string()));
  row("text", text_of(letter, "text"));
  row("device", text_of(letter, "device"));
  row("key", text_of(letter, "key"));
  row("received", letter.value("received", std::string()));
  row("died", letter.value("died", std::string()));
  row("message", letter.value("message", std::string()));
  if (letter.value("replay", false)) row("replay", "is to be delivered again");
  row("record", count_text(letter.value("size", std::uint64_t{0}), "byte", "bytes") + (hex ? ", in hex" : ""));
  return out + "\n" + record_text(letter);
}

}  // namespace fieldgate::cli
