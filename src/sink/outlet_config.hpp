// What a sink's YAML says, and what every sink counts.
#pragma once

#include <string>
#include <string_view>

#include "buffer/options.hpp"
#include "sink/admission.hpp"
#include "sink/sink.hpp"

namespace fieldgate::sink {

/// Everything under `sinks: { NAME: ... }`.
struct OutletConfig {
  Factory sink;
  Encoding encoding;
  BatchOptions batch;
  RequestOptions request;
  buffer::Options buffer;
  FlowOptions flow;

  /// Reads the options of every sink, and those of a sink of type T.
  template <class T>
  static OutletConfig read(config::Section& section) {
    OutletConfig config = read_common(section, T::default_encoding);
    config.sink = Factory::of<T>(T::Config::read(section));
    return config;
  }
  static OutletConfig read_common(config::Section& section, Encoding::Type default_encoding);

  std::string_view type() const { return sink.type(); }
  explicit operator bool() const { return static_cast<bool>(sink); }
  bool operator==(const OutletConfig&) const = default;

  /// Whether it needs the data_dir.
  bool is_durable() const { return buffer.type == buffer::Type::disk; }
};

/// What each sink counts; at rest accepted = delivered + expired + dropped + dead letters + corrupt + backlog.
struct OutletCounters {
  OutletCounters(telemetry::Metrics& metrics, const std::string& sink);

  telemetry::Counter& accepted;
  telemetry::Counter& delivered;
  telemetry::Counter& expired;
  telemetry::Counter& corrupt;
  telemetry::Counter& retries;
  telemetry::Reasons dropped;
  telemetry::Reasons dead_letters;
  telemetry::Histogram& seconds;
};

}  // namespace fieldgate::sink
