// AdapterCounters: the names and what they mean.
#include "telemetry/adapter_counters.hpp"

namespace fieldgate::telemetry {

AdapterCounters::AdapterCounters(Metrics& metrics, const std::string& adapter)
    : connections_total(metrics.counter("fieldgate_adapter_connections_total", {{"adapter", adapter}},
                                        "Connections accepted or made.")),
      bytes(metrics.counter("fieldgate_adapter_bytes_total", {{"adapter", adapter}}, "Bytes taken from devices.")),
      frames(metrics.counter("fieldgate_adapter_frames_total", {{"adapter", adapter}}, "Frames cut out of the bytes.")),
      messages(
          metrics.counter("fieldgate_adapter_messages_total", {{"adapter", adapter}}, "Messages given to the router.")),
      rejected(metrics, "fieldgate_adapter_rejected_total", {{"adapter", adapter}},
               "Connections and datagrams refused or ended by a limit, by its name."),
      errors(metrics, "fieldgate_adapter_errors_total", {{"adapter", adapter}},
             "Frames that became no message, by what was wrong.") {
  metrics.gauge("fieldgate_adapter_connections", {{"adapter", adapter}}, "Connections open now.",
                [this] { return static_cast<double>(connections); });
}

}  // namespace fieldgate::telemetry
