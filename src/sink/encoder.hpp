// Encoding messages into records.
#pragma once

#include <string>

#include "message/message.hpp"
#include "sink/options.hpp"

namespace fieldgate::sink {

/// Writes messages as a sink's encoding wants them: the one copy of a message's whole trip.
class Encoder {
 public:
  Encoder(const Encoding& encoding, const std::string& gateway);

  /// Appends the record of `message`.
  void append(std::string& out, const Message& message) const;

 private:
  void append_envelope(std::string& out, const Message& message) const;

  Encoding encoding_;
  std::string begin_;  // {"gateway":"plant-7","adapter":
};

}  // namespace fieldgate::sink
