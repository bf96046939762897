// The outlet in front of each sink: encoding, batching, buffering, retry and counting, written once for all.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "buffer/memory.hpp"
#include "reactor/backoff.hpp"
#include "reactor/event.hpp"
#include "router/gate.hpp"
#include "router/input.hpp"
#include "sink/encoder.hpp"
#include "sink/sink.hpp"

namespace fieldgate::sink {

/// What a sink's YAML says.
struct OutletConfig {
  Factory sink;
  Encoding encoding;
  BatchOptions batch;
  RequestOptions request;
  buffer::Options buffer;

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
};

/// What each sink counts; at rest accepted = delivered + expired + dropped + dead letters + backlog.
struct OutletCounters {
  OutletCounters(telemetry::Metrics& metrics, const std::string& sink);

  telemetry::Counter& accepted;
  telemetry::Counter& delivered;
  telemetry::Counter& expired;
  telemetry::Counter& retries;
  telemetry::Reasons dropped;
  telemetry::Reasons dead_letters;
  telemetry::Histogram& seconds;

  std::uint64_t backlog() const { return accepted - delivered - expired - dropped.total() - dead_letters.total(); }
};

/// Takes messages from the router and sees to it that the sink gets them: at least once, in the order of each device.
class Outlet final : public router::Input {
 public:
  Outlet(const OutletConfig& config, const std::string& name, reactor::Reactor& reactor, telemetry::Metrics& metrics,
         const expression::Environment& environment, expression::Paths& paths);

  /// Begins to deliver. Called once.
  void start();

  void accept(const Message& message) override;

  /// Closed while a buffer that blocks is too full.
  router::Gate& gate() { return gate_; }

  /// Delivers what there is, without waiting for fuller batches, until all is delivered or `deadline` has passed; then
  /// says goodbye to the service. Returns how many messages are left.
  Awaitable<std::uint64_t> drain(Duration deadline);

  const std::string& name() const { return name_; }
  std::uint64_t backlog() const { return counters_.backlog(); }

 private:
  struct Lane {
    explicit Lane(asio::io_context& io) : changed(io), retry(io) {}
    Batch open;  // being filled
    reactor::Event changed;
    Timer retry;            // the wait before trying again
    bool busy = false;      // a batch of it is being delivered
    std::size_t first = 0;  // of the front batch: records that are settled
  };

  Lane& lane_of(const Message& message);
  bool make_room(std::size_t bytes);
  void seal(Lane& lane);
  std::size_t index_of(const Lane& lane) const { return static_cast<std::size_t>(&lane - lanes_.data()); }

  Awaitable<> deliver_lane(std::size_t index);
  Awaitable<> wait_for_batch(Lane& lane, std::size_t index);
  Awaitable<> deliver_batch(Lane& lane, std::size_t index);
  void settle(Lane& lane, const Batch& batch, const Delivery& delivery);
  void expire(Lane& lane, const Batch& batch);
  Duration pause(const Delivery& delivery, reactor::Backoff& backoff) const;
  Awaitable<> seal_by_age();
  void release(std::size_t bytes);
  void dead_letter(std::string_view reason, std::string_view text);
  void report(const Delivery& delivery, Duration pause);

  OutletConfig config_;
  std::string name_;
  reactor::Reactor& reactor_;
  telemetry::Log log_;
  OutletCounters counters_;
  Encoder encoder_;
  std::unique_ptr<Sink> sink_;
  router::Gate gate_;
  buffer::Memory buffer_;
  std::vector<Lane> lanes_;
  std::size_t bytes_ = 0;  // encoded and not yet settled, whole batches
  std::string key_;
  Receipt last_receipt_ = 0;
  std::size_t hand_over_ = 1;   // messages in a batch at the most
  std::size_t high_water_ = 0;  // bytes at which the gate closes
  reactor::Event opened_batch_;
  Timer* drained_ = nullptr;  // of the drain in progress
  bool timing_ = false;
  bool failing_ = false;
  bool draining_ = false;
};

}  // namespace fieldgate::sink
