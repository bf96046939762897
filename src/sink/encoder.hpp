// Encoding messages into records.
#pragma once

#include <string>

#include "message/message.hpp"
#include "sink/options.hpp"

namespace fieldgate::sink {

/// Writes messages as a sink's encoding wants them: the one copy of a message's whole trip.
class Encoder {
 public:
  /// `epoch` is that of this run, for message ids.
  Encoder(const Encoding& encoding, const expression::Environment& environment, expression::Paths& paths, Epoch epoch);

  /// Appends the record of `message`. A shape that cannot be filled is an error, whose reason begins with `shapeless`;
  /// the record is then the document, for the dead letters.
  Result<void> append(std::string& out, const Message& message);

  static constexpr std::string_view shapeless = "content_";

 private:
  void append_begin(std::string& out, const Message& message) const;
  void append_envelope(std::string& out, const Message& message) const;

  Encoding encoding_;
  std::string id_;  // {"id":"plant-7:3:
  std::string scratch_;
  std::string begin_;  // {"gateway":"plant-7","adapter":
};

}  // namespace fieldgate::sink
