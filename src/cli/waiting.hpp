// What is known of bytes that are not yet a frame.
#pragma once

#include <string>

#include "framing/framer.hpp"

namespace fieldgate::cli {

/// "12 bytes wait for the rest of a frame: 28 more would end it".
std::string waiting_text(const framing::Factory& framing, Bytes rest);

}  // namespace fieldgate::cli
