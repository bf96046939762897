// A receiver of documents that holds every codec to what the rooms above rely on.
#pragma once

#include "codec/codec.hpp"

namespace fieldgate::fuzz {

/// What was let through is JSON to another parser too, and its members can be read.
struct CheckedDocuments final : codec::Receiver {
  void document(const Document& document) override;
};

}  // namespace fieldgate::fuzz
