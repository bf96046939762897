// A sink out of a piece of YAML, with everything it may use, and batches for it.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "sink/sink.hpp"
#include "support/catch.hpp"
#include "support/http_run.hpp"
#include "unit/config/reading.hpp"

namespace fieldgate::test {

/// Holds a sink of type T whose options are those of `yaml`.
template <class T>
struct SinkBench {
  explicit SinkBench(const std::string& yaml, sink::Encoding wanted = {T::default_encoding},
                     sink::RequestOptions options = {})
      : encoding(wanted), request(options) {
    config::Reading reading(yaml, [this](config::Section& root) {
      root.accept_all_keys();  // those that the outlet reads
      config = T::Config::read(root);
    });
    INFO(reading.printed);
    REQUIRE(reading.problems.errors() == 0);
    const sink::Context context{"out",       reactor, metrics,  telemetry::Log("sink out"),
                                environment, paths,   encoding, batch_options,
                                request,     epoch};
    sink = std::make_unique<T>(config, context);
    sink->start();
  }

  /// What became of these records; `device` fills their keys.
  sink::Delivery deliver(const std::vector<std::string>& records, std::size_t first = 0,
                         std::string_view device = "d1") {
    return run_on(reactor, sink->deliver(batch(records, device), first, records.size(), 0));
  }

  const Batch& batch(const std::vector<std::string>& records, std::string_view device) {
    content.clear();
    for (const std::string& record : records) add(record, device);
    return content;
  }

  void add(std::string_view record, std::string_view device) {
    Origin origin;
    Message message;
    message.device = device;
    message.origin = &origin;
    message.received = Instant::now();
    message.time = message.received.wall;
    std::string key;
    REQUIRE(sink->append_key(message, key));
    content.text() += record;
    content.commit(encoding.separator(), key, 1, message.received.steady);
  }

  reactor::Reactor reactor;
  telemetry::Metrics metrics;
  expression::Environment environment{"plant-7", ""};
  expression::Paths paths;
  sink::Encoding encoding;
  sink::BatchOptions batch_options;
  sink::RequestOptions request;
  Epoch epoch = 7;
  typename T::Config config;
  std::unique_ptr<T> sink;
  Batch content;
};

}  // namespace fieldgate::test
