// A command to a device: what is asked, and what became of it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "message/time.hpp"

namespace fieldgate::device {

/// What was asked for, wherever it came from.
struct CommandRequest {
  static constexpr std::size_t max_size = 64 * 1024;  ///< of its text, and of its content
  static constexpr std::size_t max_id = 128;

  std::string id;  ///< the asker's; empty: none, then the content's hash stands for it within 10 s
  std::string device;
  std::string name;                 ///< of the protocol's `commands`; "raw" and "json" stand for `bytes` and a document
  std::string content;              ///< an object's text: the arguments, or the document; of "raw" the bytes
  bool framed = false;              ///< of "raw": the bytes pass the framing on their way
  std::optional<TimePoint> issued;  ///< when the asker says that it asked
  std::string from;                 ///< for the log: "sink cloud", "api", "control"
  std::string reply_to;             ///< the asker's own, kept with the command: where the answer goes
  std::string correlation;          ///< likewise
};

/// What became of it. `queued` and `sent` are not the end, unless a command without `expect` was sent.
enum class CommandState : std::uint8_t { queued, sent, answered, expired, failed, refused };
std::string_view name_of(CommandState state);

struct CommandStatus {
  std::int64_t number = 0;  ///< ours; 0: it was refused, and is not kept
  CommandRequest request;
  CommandState state = CommandState::queued;
  bool final = false;
  std::string error;  ///< of expired, failed, refused: why, a word of ours and a sentence
  std::string data;   ///< of answered: the document of the answer, JSON
  TimePoint accepted{};
  TimePoint changed{};
  std::optional<TimePoint> expires;
};

/// As JSON, as it goes north: {"id", "device", "command", "state", "data" | "error"}.
std::string to_json(const CommandStatus& status);

/// Reads `{"id":..,"command":..,"args":{..}}`, or `"hex"`, or `"json"`; `time` and `device` too. The error says what is
/// wrong. Whatever else stands there is an error.
struct ParsedCommand {
  CommandRequest request;
  std::string error;
};
ParsedCommand parse_command(std::string_view json);

}  // namespace fieldgate::device
