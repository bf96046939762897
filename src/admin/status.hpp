// What goes on in a running gateway, for operators.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "message/time.hpp"

namespace fieldgate::admin {

struct AdapterStatus {
  std::string name;
  std::string type;
  std::uint64_t connections = 0;  ///< now
  std::uint64_t messages = 0;
  std::uint64_t errors = 0;
  std::uint64_t rejected = 0;
  bool ready = false;
  std::uint64_t garbage_bytes = 0;  ///< of the errors: bytes in front of a frame, counted one by one
};

struct TransformStatus {
  std::string name;
  std::string type;
  std::uint64_t dropped = 0;  ///< messages that it took away
};

struct SinkStatus {
  std::string name;
  std::string type;
  bool up = false;
  std::uint64_t accepted = 0;
  std::uint64_t delivered = 0;
  std::uint64_t expired = 0;
  std::uint64_t dropped = 0;
  std::uint64_t dead_letters = 0;
  std::uint64_t corrupt = 0;
  std::uint64_t backlog = 0;  ///< counted where it lies, not computed from the others: else the balance proves nothing
  std::uint64_t backlog_bytes = 0;
  std::optional<Duration> oldest;  ///< how long the first of the backlog waits
  std::string buffer;              ///< "memory", "disk"
  std::string buffer_state;        ///< "ok", or what is wrong with the disk
  std::uint64_t retries = 0;

  /// How many messages are accounted for nowhere (below 0: twice).
  std::int64_t missing() const {
    return static_cast<std::int64_t>(accepted - delivered - expired - dropped - dead_letters - corrupt - backlog);
  }
};

struct Status {
  std::string version;
  std::string gateway;
  TimePoint started{};
  Duration uptime{};
  std::vector<AdapterStatus> adapters;
  std::vector<TransformStatus> transforms;
  std::vector<SinkStatus> sinks;
  std::uint64_t dead_letters = 0;  ///< that are kept
  std::uint64_t dead_letter_bytes = 0;
};

/// As JSON: an object with the names above; durations in seconds, `oldest` null where it is not known, and of each sink
/// `missing` as well.
nlohmann::ordered_json status_value(const Status& status);

/// Its adapters, transforms and sinks alone.
nlohmann::ordered_json components_value(const Status& status);

}  // namespace fieldgate::admin
