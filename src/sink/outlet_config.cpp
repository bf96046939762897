// OutletConfig and OutletCounters: the options of every sink, and what every sink counts.
#include "sink/outlet_config.hpp"

namespace fieldgate::sink {

OutletConfig OutletConfig::read_common(config::Section& section, Encoding::Type default_encoding) {
  OutletConfig config;
  config.encoding = Encoding::read(section, default_encoding);
  config.batch = BatchOptions::read(section, !config.encoding.joins());
  config.request = RequestOptions::read(section);
  config.buffer = buffer::Options::read(section, config.batch.max_bytes);
  config.flow = FlowOptions::read(section);
  return config;
}

OutletCounters::OutletCounters(telemetry::Metrics& metrics, const std::string& sink)
    : accepted(metrics.counter("fieldgate_sink_accepted_total", {{"sink", sink}}, "Messages routed to the sink.")),
      delivered(
          metrics.counter("fieldgate_sink_delivered_total", {{"sink", sink}}, "Messages that the service confirmed.")),
      expired(metrics.counter("fieldgate_sink_expired_total", {{"sink", sink}},
                              "Messages that waited longer than buffer.max_age.")),
      corrupt(metrics.counter("fieldgate_sink_corrupt_total", {{"sink", sink}},
                              "Messages lost to damage of the disk buffer's file.")),
      retries(metrics.counter("fieldgate_sink_retries_total", {{"sink", sink}},
                              "Deliveries that failed and were tried again.")),
      dropped(metrics, "fieldgate_sink_dropped_total", {{"sink", sink}},
              "Messages given up because the buffer was full, or its disk too slow."),
      dead_letters(metrics, "fieldgate_sink_dead_letters_total", {{"sink", sink}},
                   "Messages that can never be delivered."),
      seconds(metrics.histogram("fieldgate_delivery_seconds", {{"sink", sink}},
                                "From a message's arrival to its confirmation.")) {}

}  // namespace fieldgate::sink
