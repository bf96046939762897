// The running graph: built out of a configuration, started, stopped. The face of this room.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "admin/api.hpp"
#include "admin/server.hpp"
#include "buffer/dead_letters.hpp"
#include "device/commands.hpp"
#include "device/devices.hpp"
#include "device/recorder.hpp"
#include "expression/template.hpp"
#include "gateway/configuration.hpp"
#include "gateway/home.hpp"
#include "reactor/reactor.hpp"
#include "router/inlet.hpp"
#include "telemetry/log.hpp"
#include "telemetry/metrics.hpp"

namespace fieldgate::gateway {

/// All components of a configuration, joined. Lives on the reactor's thread.
class Gateway {
 public:
  /// Builds everything; binds and connects nothing yet. `instance` is the unit's instance name, {{ instance }} in
  /// templates. `home` outlives it.
  Gateway(const Configuration& configuration, reactor::Reactor& reactor, telemetry::Metrics& metrics,
          std::string instance, const Home& home, std::string_view version);
  ~Gateway();

  /// Starts the sinks, then the adapters, then the admin listener. The error names the component and what to do.
  Result<void> start();

  /// Takes nothing more in, delivers what is there within the drain timeout, and says goodbye. Returns how many
  /// messages could not be delivered.
  Awaitable<std::uint64_t> stop();

  /// Names of the adapters that do not take devices in; for /readyz.
  std::vector<std::string> not_ready() const;

  /// Everything that goes on, for the operator.
  admin::Status report() const;

  /// For the service manager: "3 adapters, 2 sinks; 1042 messages, 7 waiting".
  std::string status() const;

 private:
  struct Inflow {
    std::string name;
    std::string type;
    std::unique_ptr<router::Inlet> inlet;
    router::Inlet* current = nullptr;  // what the adapter sees; a reload puts another in its place
    std::unique_ptr<adapter::Adapter> adapter;
  };
  struct Stage {
    std::string name;
    std::string type;
    std::unique_ptr<telemetry::Reasons> dropped;
    std::unique_ptr<router::Transform> transform;
  };

  void build_sinks(const Configuration& configuration);
  void build_transforms(const Configuration& configuration);
  void build_adapters(const Configuration& configuration);
  void build_servers(const Configuration& configuration);
  std::vector<router::Input*> inputs(const router::Wiring::Outputs& outputs) const;
  void add_outlets(const router::Wiring& wiring, const router::Wiring::Outputs& outputs,
                   std::vector<sink::Outlet*>& outlets) const;
  Awaitable<> keep_presence();
  Awaitable<> quiet(adapter::Adapter& adapter, std::size_t& busy, reactor::Event& done);
  Awaitable<> drain(sink::Outlet& outlet, Duration deadline, std::uint64_t& left, std::size_t& busy,
                    reactor::Event& done);

  reactor::Reactor& reactor_;
  telemetry::Metrics& metrics_;
  telemetry::Log log_{"gateway"};
  expression::Environment environment_;
  expression::Paths paths_;
  std::string version_;
  Duration drain_timeout_;
  const Home& home_;
  Receipt last_receipt_ = 0;
  buffer::DeadLetters dead_letters_;
  device::Devices devices_;
  device::Recorder recorder_;  // of all adapters' frames
  admin::CommandDesk api_desk_{reactor_.io(), "api"};
  admin::CommandDesk control_desk_{reactor_.io(), "control"};
  device::Commands commands_;
  Timer presence_;  // when devices become late, or are gone
  bool stopping_ = false;
  std::vector<std::unique_ptr<sink::Outlet>> outlets_;  // by the configuration's numbers; null where disabled
  std::vector<Stage> transforms_;                       // likewise
  std::vector<std::unique_ptr<Inflow>> inflows_;
  std::unique_ptr<admin::Server> admin_;
  std::unique_ptr<http::Server> control_;  // what the command line asks
  Instant started_ = Instant::now();
};

}  // namespace fieldgate::gateway
