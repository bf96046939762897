// The `presence` adapter: devices that come, are late, and go, as messages.
#pragma once

#include <deque>
#include <string>
#include <unordered_map>
#include <vector>

#include "adapter/adapter.hpp"
#include "codec/json_checker.hpp"
#include "message/siphash.hpp"
#include "reactor/event.hpp"
#include "telemetry/adapter_counters.hpp"

namespace fieldgate::adapter {

/// Hears of devices of other adapters. While the sinks take nothing, changes wait: of each device the newest.
class Presence final : public Adapter, private device::Listener {
 public:
  static constexpr std::string_view type = "presence";
  static constexpr std::string_view meaning = "Says which devices of other adapters are online, late and offline.";
  static constexpr std::size_t max_waiting = 100'000;  ///< devices whose change has not been sent

  struct Config {
    std::vector<std::string> adapters;  ///< names and globs; none: all

    static Config read(config::Section& section);
    bool operator==(const Config&) const = default;
  };

  Presence(const Config& config, const Context& context);
  ~Presence() override;

  Result<void> start(router::Inlet* const& inlet) override;
  /// Goes on until quiet(): what other adapters stop with are changes, too.
  void stop() override {}
  Awaitable<> quiet(Duration deadline) override;
  bool ready() const override { return inlet_ != nullptr; }
  const telemetry::AdapterCounters& counters() const override { return counters_; }

 private:
  struct Change {
    device::State state;
    std::string_view reason;
    const std::string* adapter;  // of its source, which stays
    std::string address;
    Instant at;
  };

  void changed(const device::View& device, device::State before, std::string_view why, const Instant& now) override;
  bool hears(std::string_view adapter) const;
  Awaitable<> send();
  void send_first();

  Config config_;
  reactor::Reactor& reactor_;
  device::Devices& devices_;
  telemetry::Log log_;
  telemetry::AdapterCounters counters_;
  std::string name_;
  codec::JsonChecker checker_;
  router::Inlet* const* inlet_ = nullptr;
  Origin origin_;
  std::string json_;
  std::unordered_map<std::string, Change, SipHash, std::equal_to<>> waiting_;
  std::deque<const std::string*> order_;  // of what waits
  bool sending_ = false;
};

}  // namespace fieldgate::adapter
