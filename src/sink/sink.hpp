// Delivering batches to one northbound service. The face of this room.
#pragma once

#include <optional>
#include <string>

#include "config/registry.hpp"
#include "device/commands.hpp"
#include "expression/template.hpp"
#include "message/batch.hpp"
#include "message/receipt.hpp"
#include "reactor/reactor.hpp"
#include "sink/options.hpp"
#include "telemetry/log.hpp"
#include "telemetry/metrics.hpp"

namespace fieldgate::sink {

/// What became of a batch. Its records are settled from the front: what was `delivered` is done with in any case.
struct Delivery {
  enum class Outcome : unsigned char {
    confirmed,  ///< the service has all of it
    retry,      ///< not now: from record `delivered` on, again later
    rejected,   ///< record `delivered` and the `rejected` - 1 behind it can never be delivered; go on behind them
  };
  Outcome outcome = Outcome::confirmed;
  std::size_t delivered = 0;            ///< of retry and rejected: leading records that were confirmed
  std::size_t rejected = 0;             ///< of rejected: how many
  std::optional<Duration> retry_after;  ///< of retry: the service said how long
  std::string_view reason;              ///< a literal: label of a counter ("status_400", "timeout", "connect")
  std::string text;                     ///< for the log: what the service said, with its address
  bool divisible = false;               ///< of rejected: perhaps only one of them is bad; try them in smaller parts
  bool overloaded = false;              ///< of retry: the service is there but wants less (429, 503, quota exceeded)
  std::uint64_t sent = 0;               ///< bytes written to the socket for it, TLS and retries included

  static Delivery done() { return {}; }
};

/// What a sink may use; everything outlives it.
struct Context {
  std::string name;
  reactor::Reactor& reactor;
  telemetry::Metrics& metrics;
  telemetry::Log log;
  const expression::Environment& environment;
  expression::Paths& paths;
  const Encoding& encoding;
  const BatchOptions& batch;
  const RequestOptions& request;
  Epoch epoch = 0;                       ///< of this run, for message ids
  device::Commands* commands = nullptr;  ///< never null in a gateway
};

/// Delivers batches to one northbound service. Batching, retry, buffering and counting are the Outlet's; a sink only
/// knows its protocol. Lives on the reactor's thread.
class Sink {
 public:
  virtual ~Sink() = default;

  /// Called once, before the first batch, when the reactor is about to run. Must not fail because the service is away.
  virtual void start() {}

  /// Appends what the sink must know of a message beside its record: the topic, the path. Called when the record is
  /// encoded. The error's reason is a counter's label; such a message goes to the dead letters.
  virtual Result<void> append_key(const Message& message, std::string& out) const {
    static_cast<void>(message), static_cast<void>(out);
    return {};
  }

  /// Whether append_key always appends something: a record without a key cannot be sent then.
  virtual bool has_keys() const { return false; }

  /// Sends the records `first` up to `last` (not included) of `batch` and returns what became of them. `lane` is below
  /// the concurrency; one call at a time for each lane. Bounded in time by the sink's own timeouts; never throws.
  virtual Awaitable<Delivery> deliver(const Batch& batch, std::size_t first, std::size_t last, std::size_t lane) = 0;

  /// Called after the last delivery: says goodbye to the service. Must return within `deadline`.
  virtual Awaitable<> stop(Duration deadline) = 0;

  /// Whether the service could be reached when last tried; before, true. For fieldgate_sink_up.
  virtual bool up() const = 0;
};

/// Makes a sink out of `sinks: { NAME: { type: ... } }`. Beside what a Component needs, a sink type says as
/// `T::default_encoding` which encoding it has when the file names none.
using Factory = config::Factory<Sink, const Context&>;

}  // namespace fieldgate::sink
