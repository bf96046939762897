// What an answer of an HTTP service means for the records it was sent (config.md, Delivery).
#pragma once

#include <string_view>

#include "http/client.hpp"
#include "sink/sink.hpp"

namespace fieldgate::sink {

/// Whether the same request may succeed later.
bool is_temporary(unsigned status);

/// `address` is where the request went, for the log: its query is left out, which often holds a key.
Delivery judge(const http::Response& response, std::string_view address, std::size_t records);

}  // namespace fieldgate::sink
