// Consistent overhead byte stuffing: bytes without a zero among them.
#pragma once

#include <string>

#include "message/bytes.hpp"

namespace fieldgate::framing {

/// Appends what `wire`, without its closing zero, stands for. False: it is no COBS. `reduced` is COBS/R, where the last
/// length byte may be the last byte of the frame itself (https://pythonhosted.org/cobs/cobsr-intro.html).
bool undo_cobs(Bytes wire, bool reduced, std::string& out);

/// Appends the coded bytes, without a closing zero.
void apply_cobs(Bytes plain, bool reduced, std::string& out);

}  // namespace fieldgate::framing
