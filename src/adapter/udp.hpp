// The `udp` adapter: devices that send datagrams.
#pragma once

#include <optional>
#include <vector>

#include "adapter/adapter.hpp"
#include "adapter/entrance.hpp"
#include "adapter/limits.hpp"
#include "protocol/framed.hpp"
#include "telemetry/adapter_counters.hpp"
#include "transport/datagrams.hpp"
#include "transport/transport.hpp"

namespace fieldgate::adapter {

class Udp final : public Adapter, private transport::Transport {
 public:
  static constexpr std::string_view type = "udp";
  static constexpr std::string_view meaning = "Takes datagrams from devices.";

  struct Config {
    config::Address listen;
    bool reuse_port = false;
    Duration gather = std::chrono::microseconds(500);
    std::size_t receive_buffer = 4 * 1024 * 1024;
    std::vector<Network> allow;
    Duration session = std::chrono::minutes(10);
    device::SourceOptions source;
    protocol::FramedConfig protocol;

    static Config read(config::Section& section);
    bool operator==(const Config&) const = default;
  };

  Udp(const Config& config, const Context& context);

  Result<void> start(router::Inlet* const& inlet) override;
  void stop() override;
  bool ready() const override { return datagrams_ && !datagrams_->closed(); }
  const telemetry::AdapterCounters& counters() const override { return counters_; }

 private:
  Awaitable<> receive();
  std::size_t take_gulp(const Instant& now);
  void take(std::size_t index, const Instant& now);
  void count_overflow();

  /// An answer to a device.
  void write(Bytes bytes, Bytes to) override;

  Config config_;
  reactor::Reactor& reactor_;
  telemetry::Log log_;
  telemetry::AdapterCounters counters_;
  Entrance entrance_;
  protocol::Framed protocol_;
  std::string name_;
  std::optional<transport::Datagrams> datagrams_;
  Origin origin_;              // of the datagram in hand
  asio::ip::address last_ip_;  // whose text origin_ holds
};

}  // namespace fieldgate::adapter
