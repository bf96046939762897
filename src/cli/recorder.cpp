// Keeps what became of bytes: messages, what was sent, and what went wrong.
#include "cli/recorder.hpp"

#include <fmt/format.h>

#include "cli/terminal.hpp"

namespace fieldgate::cli {
namespace {
constexpr std::size_t shown_bytes = 48;
}

Recorder::Recorder(const std::string& gateway)
    : environment_{gateway, {}}, encoder_(sink::Encoding{}, environment_, paths_, 0) {}

void Recorder::cut(const framing::Cut& cut, Bytes raw) {
  if (cut.kind == framing::Cut::Kind::frame) {
    happened.push_back(fmt::format("frame: {}", hex_text(raw, shown_bytes)));
  } else if (cut.kind == framing::Cut::Kind::rejected) {
    happened.push_back(fmt::format("{}: {}", cut.reason, hex_text(raw, shown_bytes)));
    add_error(cut.reason);
  }
}

void Recorder::aside(std::string_view what, Bytes raw) {
  happened.push_back(fmt::format("{}: {}", what, hex_text(raw, shown_bytes)));
}

void Recorder::message(const Message& message) {
  scratch_.clear();
  static_cast<void>(encoder_.append(scratch_, message));
  messages.push_back(nlohmann::ordered_json::parse(scratch_, nullptr, false));
  happened.push_back("message: " + scratch_);
}

void Recorder::failed(std::string_view reason, std::string_view text) {
  happened.push_back(fmt::format("{}: {}", reason, text));
  add_error(reason);
}

void Recorder::sent(std::string_view what, Bytes bytes) {
  happened.push_back(fmt::format("{} sent: {}", what, hex_text(bytes, shown_bytes)));
  answers.emplace_back(bytes);
}

void Recorder::add_error(std::string_view reason) {
  if (errors.empty() || errors.back() != reason) errors.emplace_back(reason);
}

}  // namespace fieldgate::cli
