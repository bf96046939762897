// Dead letters as JSON, for the control socket and the command line.
#pragma once

#include <string>
#include <vector>

#include "buffer/dead_letter.hpp"

namespace fieldgate::admin {

/// `{"dead_letters": [..], "kept": {"letters": N, "bytes": N}}`. A record (and a key) that is UTF-8 stands as `record`,
/// any other in hex as `record_hex`; where only its head is there, `size` says how long it is.
std::string to_json(const std::vector<buffer::DeadLetter>& letters, const buffer::DeadLetterTotals& kept);

}  // namespace fieldgate::admin
