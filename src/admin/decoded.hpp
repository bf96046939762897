// Frames of the flight recorder, decoded again for whoever looks at them. For this room's own files.
#pragma once

#include <memory>
#include <string_view>
#include <vector>

#include "admin/answers.hpp"
#include "device/recorder.hpp"
#include "expression/condition.hpp"
#include "protocol/framed_config.hpp"

namespace fieldgate::admin {

/// Reads frames as an adapter's protocol does, beside it. Which codec has read a frame, the protocol's or that of what
/// was asked, is not recorded: where `expect` does not tell, and they would read it differently, none is believed.
class Decoder {
 public:
  Decoder(const protocol::FramedConfig& protocol, const expression::Environment& environment);

  /// The documents of a frame that became a message; null of others, of one that was not kept whole, and where it
  /// cannot be told.
  Json documents(const device::Recorded& frame);

 private:
  /// A request, or a command, whose answer a codec of its own reads.
  struct Asked {
    expression::Condition expect;  ///< empty: it may be the answer, whatever it holds
    std::unique_ptr<codec::Codec> codec;
  };

  expression::Paths paths_;
  std::unique_ptr<codec::Codec> codec_;
  std::vector<Asked> asked_;
};

}  // namespace fieldgate::admin
