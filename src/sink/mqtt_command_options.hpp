// What `commands:` of the `mqtt` sink says: where commands come from, whom they are for, where their answers go.
#pragma once

#include <string>
#include <vector>

#include "config/section.hpp"
#include "expression/template.hpp"

namespace fieldgate::sink {

struct MqttCommandOptions {
  expression::Template subscribe;  ///< a topic filter, known at start; empty: no commands from here
  expression::Template device;     ///< of the topic's levels; empty: the command says it itself
  expression::Template respond;    ///< empty: only who names a response topic (v5) is answered
  int qos = 1;                     ///< of the subscription, and of the answers
  std::vector<std::string> allow;  ///< names of commands; "raw" and "json" among them

  /// Reads `commands` of the sink, which publishes its messages at `topic`.
  static MqttCommandOptions read(config::Section& sink, const expression::Template& topic);
  bool operator==(const MqttCommandOptions&) const = default;
};

}  // namespace fieldgate::sink
