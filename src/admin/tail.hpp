// The live tail: messages, or frames, as they pass, filtered, for one reader.
#pragma once

#include <optional>
#include <string>

#include "codec/json_checker.hpp"
#include "device/recorder.hpp"
#include "expression/condition.hpp"
#include "http/stream.hpp"
#include "sink/encoder.hpp"

namespace fieldgate::admin {

/// What of everything a reader wants.
struct TailFilter {
  std::string adapter;                         ///< empty: all
  std::string device;                          ///< a glob; empty: all
  std::optional<expression::Condition> where;  ///< of messages
  bool raw = false;                            ///< frames in place of messages
};

/// Watches from its making to its end. A message is a line as it goes north; a frame is one of
/// {"time","adapter","device","peer","direction","verdict","text","size","hex"}.
class Tail final : private device::Watcher {
 public:
  Tail(TailFilter filter, const expression::Environment& environment, device::Recorder& recorder, http::Lines& lines);
  ~Tail();
  Tail(const Tail&) = delete;
  Tail& operator=(const Tail&) = delete;

 private:
  void recorded(const protocol::FrameRecord& record) override;
  void message(const Message& message) override;
  bool wants(std::string_view adapter, std::string_view device) const;
  bool satisfies(const Message& message);

  TailFilter filter_;
  device::Recorder& recorder_;
  http::Lines& lines_;
  expression::Paths paths_;  // of the condition alone: those of the configuration are constant
  codec::JsonChecker checker_;
  sink::Encoder encoder_;
  std::string line_;
};

}  // namespace fieldgate::admin
