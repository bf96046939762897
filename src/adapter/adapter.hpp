// A southbound component of the configuration. The face of this room.
#pragma once

#include <string>

#include "config/registry.hpp"
#include "device/devices.hpp"
#include "device/recorder.hpp"
#include "expression/template.hpp"
#include "message/result.hpp"
#include "reactor/reactor.hpp"
#include "router/inlet.hpp"
#include "telemetry/adapter_counters.hpp"
#include "telemetry/log.hpp"
#include "telemetry/metrics.hpp"

namespace fieldgate::adapter {

/// What an adapter may use; everything outlives it.
struct Context {
  std::string name;
  reactor::Reactor& reactor;
  telemetry::Metrics& metrics;
  telemetry::Log log;
  const expression::Environment& environment;
  expression::Paths& paths;
  device::Devices& devices;
  device::Recorder& recorder;
};

/// A listener, dialler or client towards devices, with the protocol they speak.
class Adapter {
 public:
  virtual ~Adapter() = default;

  /// Binds and begins to take messages, which go to `*inlet` (the pointer may be changed between two turns of the
  /// reactor). The error names the address and what to do.
  virtual Result<void> start(router::Inlet* const& inlet) = 0;

  /// Takes nothing more: listeners close, connections end. May be called twice.
  virtual void stop() = 0;

  /// After stop(): returns when nothing more will come, at the latest after `deadline`.
  virtual Awaitable<> quiet(Duration deadline) {
    static_cast<void>(deadline);
    co_return;
  }

  /// Whether it takes devices in: for /readyz.
  virtual bool ready() const = 0;

  virtual const telemetry::AdapterCounters& counters() const = 0;
};

/// Makes an adapter out of `adapters: { NAME: { type: ... } }`.
using Factory = config::Factory<Adapter, const Context&>;

}  // namespace fieldgate::adapter
