// The outlet in front of each sink: encoding, batching, buffering, retry and counting, written once for all.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "buffer/buffer.hpp"
#include "buffer/dead_letters.hpp"
#include "buffer/settling.hpp"
#include "router/gate.hpp"
#include "router/input.hpp"
#include "sink/admission.hpp"
#include "sink/encoder.hpp"
#include "sink/outlet_config.hpp"
#include "sink/sink.hpp"

namespace fieldgate::sink {

/// What an outlet stands in; everything outlives it.
struct Surroundings {
  reactor::Reactor& reactor;
  telemetry::Metrics& metrics;
  const expression::Environment& environment;
  expression::Paths& paths;
  Receipt& last_receipt;  ///< counts for the whole gateway
  buffer::DeadLetters& dead_letters;
  std::filesystem::path buffer_file;  ///< of a disk buffer
  std::filesystem::path budget_file;  ///< empty without a data_dir
  Epoch epoch = 0;                    ///< 0 without one
  device::Commands* commands = nullptr;
};

/// Takes messages from the router and sees to it that the sink gets them: at least once, in the order of each device;
/// or that they are counted as expired, dropped, dead letters or corrupt.
class Outlet final : public router::Input, public buffer::Settling, private buffer::Buffer::Listener {
 public:
  Outlet(const OutletConfig& config, const std::string& name, const Surroundings& surroundings);

  /// Begins to deliver. Called once.
  void start();

  void accept(const Message& message) override;

  /// Takes a dead letter of this sink to be delivered again; what cannot be dies again. Its new receipt; 0 if
  /// there is no room for it now.
  Receipt replay(const buffer::DeadLetter& letter);

  // Settling
  Receipt open_from(After after) const override;
  void hurry(After after) override;

  /// Closed while a buffer that blocks is too full, or its disk too slow.
  router::Gate& gate() { return gate_; }

  /// Delivers what there is, without waiting for fuller batches, until all is delivered or `deadline` has passed, or
  /// all is on disk and the service is away; then says goodbye to the service and closes the buffer.
  struct Left {
    std::uint64_t messages = 0;  ///< that were not delivered
    std::uint64_t lost = 0;      ///< of them not on disk either
  };
  Awaitable<Left> drain(Duration deadline);

  const std::string& name() const { return name_; }
  /// Messages that wait, counted where they lie: with the counters they balance.
  std::uint64_t backlog() const;
  std::uint64_t backlog_bytes() const { return open_bytes_ + buffer_.bytes(); }
  const OutletCounters& counters() const { return counters_; }
  std::string_view type() const { return config_.type(); }
  bool up() const { return sink_->up(); }
  bool is_durable() const { return buffer_.is_disk(); }
  /// How long the message waits that waits longest, as far as it is in memory.
  std::optional<Duration> oldest() const;
  /// What the disk says while it refuses; else empty.
  const std::string& disk_problem() const { return disk_problem_; }

 private:
  using Which = buffer::Which;

  struct Lane {
    explicit Lane(asio::io_context& io) : wake(io) {}
    Batch open;                                         // being filled
    Timer wake;                                         // cancelled when there may be something to do
    bool busy = false;                                  // it has something to deliver
    bool delivering = false;                            // and a part of it is on its way
    std::size_t limit = 0;                              // records in the next part; 0: as many as go together
    std::size_t suspects = 0;                           // that come next, one of which was rejected
    std::chrono::steady_clock::time_point backlog_due;  // when `backlog_rate` allows the next part
  };

  // buffer::Buffer::Listener
  void found(const buffer::Found& found) override;
  void progress() override;
  void repeated(std::uint64_t messages) override;
  void corrupted(std::uint64_t messages, const std::string& text) override;
  void made_room(std::uint64_t messages) override;
  void disk(const Error* error) override;

  Lane& lane_of(std::string_view device);
  std::size_t index_of(const Lane& lane) const { return static_cast<std::size_t>(&lane - lanes_.data()); }
  std::string_view no_room(std::size_t bytes);
  bool is_large(std::size_t bytes) const { return bytes > config_.batch.max_bytes; }
  void commit(Lane& lane, std::size_t begin, Receipt receipt, std::chrono::steady_clock::time_point received);
  void refuse(const Message& message, const Error& error, std::string record);
  void drop(std::string_view reason);
  void watch_gate();
  void seal(Lane& lane);
  void seal_hurried();
  Awaitable<> seal_by_age();

  Awaitable<> deliver_lane(std::size_t index);
  Awaitable<Which> wait_for_part(std::size_t index);
  bool is_due(const Lane& lane) const;
  Awaitable<> deliver_part(std::size_t index, Which which);
  buffer::Buffer::Part next_part(std::size_t index, Which which);
  Awaitable<> settle(std::size_t index, Which which, const buffer::Buffer::Part& part, const Delivery& delivery);
  void count_delivered(const buffer::Buffer::Part& part, std::size_t records);
  Awaitable<> bury(const buffer::Buffer::Part& part, std::size_t first, std::size_t records, const Delivery& delivery);
  void expire(std::size_t index, Which which);
  Awaitable<> expire_by_age();
  void recovered();
  void report(const Delivery& delivery, Duration pause);
  bool is_finished() const;
  Awaitable<> close_buffer(Duration deadline);

  OutletConfig config_;
  std::string name_;
  reactor::Reactor& reactor_;
  Receipt& last_receipt_;
  buffer::DeadLetters& dead_letters_;
  telemetry::Log log_;
  OutletCounters counters_;
  Encoder encoder_;
  Epoch epoch_;
  Context context_;
  std::unique_ptr<Sink> sink_;
  Admission admission_;
  router::Gate gate_;
  std::vector<Lane> lanes_;
  std::size_t open_bytes_ = 0;  // in the open batches
  std::string key_;
  Receipt last_seen_ = 0;
  Receipt late_until_ = 0;    // what had come when the sink came back had waited
  std::size_t hand_over_;     // messages in a batch at the most
  std::uint64_t high_water_;  // bytes at which the gate closes
  reactor::Event opened_batch_;
  Timer* drained_ = nullptr;  // of the drain in progress
  std::string disk_problem_;
  bool timing_ = false;
  bool failing_ = false;
  bool hurried_ = false;
  bool draining_ = false;
  bool stopped_ = false;
  buffer::Buffer buffer_;  // last: it calls back
};

}  // namespace fieldgate::sink
