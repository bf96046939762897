// What stands between the reactor, a client's worker and Paho's threads: queues under one lock, each of them bounded.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "message/message.hpp"
#include "mqtt/bundle.hpp"
#include "reactor/asio.hpp"

namespace fieldgate::mqtt {

/// Something that Paho told about a session.
struct Event {
  enum class Kind : std::uint8_t {
    connected,   ///< the broker let us in
    refused,     ///< it did not, or was not there: `code` of CONNACK if positive, `text`
    farewell,    ///< the broker of version 5 says why it will end the connection: `code`
    lost,        ///< the connection ended
    subscribed,  ///< `index` of the subscription, `code` granted (QoS) or refused (0x80 and up)
    closed,      ///< the session is gone, nothing of it will come any more
    pressure,    ///< the inbox is half full
  };
  Kind kind;
  std::uint64_t session = 0;
  int code = 0;
  std::size_t index = 0;
  std::string text;
  bool unanswered = false;  ///< of refused: closed without an answer to CONNECT, as brokers do that know no version 5
  bool session_present = false;
  std::size_t max_packet = SIZE_MAX;  ///< of connected: the largest packet that the broker takes
  int max_qos = 2;
  bool retain_available = true;
  std::uint32_t max_keepalive_s = UINT32_MAX;
  std::size_t receive_maximum = 65535;
};

/// A message that arrived. Views; good for the length of a call.
struct Incoming {
  std::string_view topic;
  std::string_view payload;
  int qos = 0;
  bool retain = false;
  std::span<const Meta> properties;  ///< user properties (v5)
  std::string_view response_topic;   ///< where the answer is wanted (v5); empty: the sender did not say
  std::string_view correlation;      ///< goes with the answer, as it came (v5)

  /// Bytes of all of it.
  std::size_t size() const;
};

/// Messages that arrived, back to back. Its memory is used again.
class Inbox {
 public:
  void add(const Incoming& message);
  /// The message at the front, with the properties in `scratch`.
  Incoming front(std::vector<Meta>& scratch) const;
  void pop();
  bool empty() const { return next_ == entries_.size(); }
  std::size_t bytes() const { return text_.size() - at_; }
  void clear();

 private:
  struct Entry {
    std::uint32_t topic;
    std::uint32_t payload;
    std::uint32_t properties;  // how many
    std::uint32_t response_topic;
    std::uint32_t correlation;
    std::uint32_t size;  // of all of it in text_
    int qos;
    bool retain;
  };
  std::string text_;
  std::vector<Entry> entries_;
  std::vector<std::pair<std::uint32_t, std::uint32_t>> properties_;  // sizes of names and values
  std::size_t at_ = 0;
  std::size_t next_ = 0;
  std::size_t next_property_ = 0;
};

/// Held by the client, its worker and what is posted to the reactor; whoever is last cleans up.
class Mailbox : public std::enable_shared_from_this<Mailbox> {
 public:
  Mailbox(asio::io_context& io, std::size_t window, std::size_t inbox_limit, std::size_t max_message)
      : io_(io), window_(window), inbox_limit_(inbox_limit), max_message_(max_message), limit_(window) {}

  // The reactor's side.

  /// `drain` is called on the reactor whenever there is something to take.
  void open(std::function<void()> drain) { drain_ = std::move(drain); }
  /// After this nothing is posted to the reactor any more, which may then end.
  void close();

  struct Arrived {
    std::vector<Event> events;
    std::vector<std::shared_ptr<Bundle>> settled;
    std::uint64_t dropped = 0;    ///< messages that found the inbox full
    std::uint64_t too_large = 0;  ///< messages above the limit
  };
  /// Takes all there is, but for the inbox. `arrived` must be empty; its memory goes round.
  void take(Arrived& arrived);
  /// Takes the messages that arrived; `inbox` must be empty.
  void take(Inbox& inbox);
  std::size_t inbox_bytes();

  /// How many publications the broker takes before it has acknowledged the first; no more go to Paho, which, where it
  /// has to hold some back itself, looks for acknowledgements once a second only.
  void limit(std::size_t receive_maximum);
  void publish(std::shared_ptr<Bundle> bundle);
  void work(std::function<void()> job);
  void quit();

  /// Counts acknowledgements; stands still while the broker is silent.
  std::uint64_t progress();
  /// Publications that were handed over and have no outcome yet.
  bool outstanding();

  // The worker's side.

  /// Waits for something to do: a job, publications (as many as the window has room for), or, with neither, a nudge.
  /// False: quit.
  bool next(std::function<void()>& job, std::vector<Bundle::Item*>& run);
  /// No session is left that could answer: what has no outcome is lost.
  void lose_all();

  // The side of Paho's threads, and of the worker.

  void post(Event event);
  void settle(Bundle::Item& item, int outcome);
  void deliver(const Incoming& message);

 private:
  void wake();
  void wake_worker();
  bool sleep_worker(std::unique_lock<std::mutex>& lock);

  asio::io_context& io_;
  const std::size_t window_;
  const std::size_t inbox_limit_;
  const std::size_t max_message_;
  std::function<void()> drain_;  // the reactor's

  std::mutex mutex_;  // guards all below
  std::condition_variable worker_;
  bool worker_sleeps_ = false;
  bool wake_posted_ = false;
  bool closed_ = false;
  bool quit_ = false;
  Arrived arrived_;
  Inbox inbox_;
  bool pressure_told_ = false;
  std::deque<std::function<void()>> jobs_;
  std::vector<std::shared_ptr<Bundle>> outstanding_;  // in the order they came
  std::deque<Bundle*> queue_;                         // those of them not yet handed to Paho, the first partly
  std::size_t next_item_ = 0;                         // in the first of the queue
  std::size_t in_flight_ = 0;
  std::size_t limit_;  // of those in flight: the window, or less where the broker wants it
  std::uint64_t settled_count_ = 0;
  std::uint64_t nudged_at_ = 0;  // settled_count_ when the worker last began to wait
  int nudges_ = 0;               // since then
  bool wants_room_ = false;      // the window was full: the worker is woken when half of it is free
  std::uint64_t progress_ = 0;
};

}  // namespace fieldgate::mqtt
