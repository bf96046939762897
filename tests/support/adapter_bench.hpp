// What an adapter needs round it: a reactor, metrics, devices, without a gateway. For test programs that link its room.
#pragma once

#include <string>

#include "adapter/adapter.hpp"
#include "support/catch.hpp"
#include "support/reactor.hpp"
#include "support/temp_dir.hpp"

namespace fieldgate::test {

/// A test's bench adds where the messages go, and the adapter.
struct AdapterBench {
  adapter::Context context(const std::string& name = "lines") {
    return {name, reactor, metrics, telemetry::Log("adapter " + name), environment, paths, devices, recorder};
  }
  config::Address address(const std::string& name = "socket") const {
    return {config::Address::Kind::unix_socket, directory / name, 0};
  }
  template <class Done>
  void until(Done done) {
    REQUIRE(run_until(reactor, done));
  }
  /// Whether the metrics hold these bytes.
  bool says(const std::string& line) const { return metrics.prometheus().find(line) != std::string::npos; }

  TempDir directory;
  reactor::Reactor reactor;
  telemetry::Metrics metrics;
  device::Devices devices{{}, {}, metrics};
  device::Recorder recorder{0};
  expression::Environment environment{"gw", ""};
  expression::Paths paths;
  Receipt last = 0;
};

}  // namespace fieldgate::test
