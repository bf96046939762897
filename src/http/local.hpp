// Requests to a server of this machine, over its Unix socket; for the command line.
#pragma once

#include <cstddef>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>

#include "message/result.hpp"
#include "message/time.hpp"

namespace fieldgate::http {

struct LocalAnswer {
  unsigned status = 0;
  std::string body;
};

/// What one may wait and take.
struct LocalLimits {
  Duration deadline = std::chrono::seconds(15);  ///< longer than the server's own, so that it can say what was slow
  std::size_t max_body = 512 * 1024 * 1024;
};

/// Sends a request and waits for the answer. Blocks, until the deadline at most. `target` must be fit for a request
/// line; `body` is JSON, or empty. Reasons of errors: `absent` (nobody listens there), `permission`, `timeout`, `io`.
Result<LocalAnswer> ask_local(const std::filesystem::path& socket, std::string_view method, std::string_view target,
                              const LocalLimits& limits = {}, std::string_view body = {});

/// Takes a line of a stream, without its end; false: no more are wanted.
using TakeLine = std::function<bool(std::string_view line)>;

/// Reads a stream of lines until `take` wants no more, or it ends. Blocks. An answer but 200 is returned whole, and of
/// one that is 200 the body stays empty. Errors as above, and `ended`: the stream broke off.
Result<LocalAnswer> read_local(const std::filesystem::path& socket, std::string_view target, const TakeLine& take,
                               const LocalLimits& limits = {});

}  // namespace fieldgate::http
