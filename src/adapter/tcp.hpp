// The `tcp` adapter: devices that connect, or are dialled.
#pragma once

#include "adapter/stream_server.hpp"

namespace fieldgate::adapter {

class Tcp final : public Adapter {
 public:
  static constexpr std::string_view type = "tcp";
  static constexpr std::string_view meaning = "Listens for devices that connect by TCP, or dials them.";

  struct Config {
    StreamOptions stream;

    static Config read(config::Section& section);
    bool operator==(const Config&) const = default;
  };

  Tcp(const Config& config, const Context& context);

  Result<void> start(router::Inlet* const& inlet) override;
  void stop() override { server_.stop(); }
  bool ready() const override { return server_.ready(); }
  const telemetry::AdapterCounters& counters() const override { return server_.counters(); }

 private:
  StreamServer server_;
};

}  // namespace fieldgate::adapter
