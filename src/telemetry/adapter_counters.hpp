// The metrics of one adapter, by their names in the contract.
#pragma once

#include <cstdint>
#include <string>

#include "telemetry/metrics.hpp"

namespace fieldgate::telemetry {

/// What every adapter counts. Lives as long as the metrics.
struct AdapterCounters {
  AdapterCounters(Metrics& metrics, const std::string& adapter);

  std::uint64_t connections = 0;  ///< open now; the gauge reads it
  Counter& connections_total;
  Counter& bytes;
  Counter& frames;
  Counter& messages;
  Reasons rejected;  ///< connections and datagrams refused or ended, by the limit's name
  Reasons errors;    ///< frames that became no message, by what was wrong
};

}  // namespace fieldgate::telemetry
