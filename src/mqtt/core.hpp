// The life of a client: connecting, staying, connecting again. Held by the client and by its own coroutine.
#pragma once

#include <chrono>

#include "mqtt/client.hpp"
#include "mqtt/patience.hpp"
#include "mqtt/worker.hpp"

namespace fieldgate::mqtt {

inline constexpr int version_5 = 5;
inline constexpr int version_3_1_1 = 4;

/// Rounded up, as the protocol has them.
std::uint32_t whole_seconds(Duration duration);

class Client::Core : public std::enable_shared_from_this<Client::Core> {
 public:
  Core(reactor::Reactor& reactor, Options options, Setup setup, telemetry::Log log, Handler& handler);

  void start();
  /// The owner goes: nothing is told any more, and the life ends at its next step.
  void abandon();
  static Awaitable<> stop(std::shared_ptr<Core> self, Duration deadline);
  void take_messages();
  void publish(std::shared_ptr<Bundle> bundle);
  void hold(bool held);

  // What the broker of this connection is like.
  struct Broker {
    std::size_t max_packet = SIZE_MAX;
    int max_qos = 2;
    bool retain_available = true;
  };
  Broker broker;
  bool connected = false;
  bool held = false;
  bool paused = false;
  std::shared_ptr<Mailbox> mailbox;
  std::unique_ptr<Worker> worker;

  std::size_t waiting() const { return inbox_.bytes() + mailbox->inbox_bytes(); }

 private:
  using Clock = std::chrono::steady_clock;

  Awaitable<> life(std::shared_ptr<Core> self);
  Awaitable<Ending> round();
  Ending ending_of(Clock::duration lasted);
  void tell(Ending ending, Duration pause);
  void count(std::string_view name, std::string_view help, int code = -1);
  Awaitable<> read_password_again();
  Awaitable<> connect(std::size_t index);
  Awaitable<> attempt(const Server& server, const std::string& address, int version, Clock::time_point deadline);
  Awaitable<std::vector<std::string>> addresses(const Server& server);
  Awaitable<> stay();
  Awaitable<> close();
  Awaitable<> wait_until(Clock::time_point time);
  void changed() { changed_.cancel(); }
  bool leaving() const { return stopping_ || held; }
  bool falls_back(int version) const;
  Plan plan(const Server& server, const std::string& address, int version) const;
  std::string loss(bool was_stable) const;
  void fail(const std::string& text) { text_ = where_ + ": " + text; }

  void drain();
  void handle(const Event& event);

  reactor::Reactor& reactor_;
  const Options options_;
  const Setup setup_;
  telemetry::Log log_;
  Handler* handler_;
  Timer changed_;   // the life waits on it
  Timer finished_;  // `stop` waits on it
  bool running_ = false;
  bool stopping_ = false;
  bool continuing_ = false;

  // Of the attempt, or the connection, under way.
  std::uint64_t session_ = 0;
  bool answered_ = false;
  bool let_in_ = false;   // by the broker, which may have ended it by now
  std::string farewell_;  // what a broker of version 5 said when it ended it
  int farewell_code_ = 0;
  int kicks_ = 0;                   // connections at a stretch that were ended at once, without a word
  bool shorter_keepalive_ = false;  // the broker wants one, which Paho does not see to by itself
  bool closed_ = false;
  bool session_present_ = false;
  Event refusal_{};
  std::string where_;  // the server, as the operator wrote it
  std::string text_;   // why the last one ended

  config::Secret password_;
  std::vector<int> versions_;  // per server: what it was last seen to speak; 0: unknown
  std::uint32_t keepalive_s_;  // ours, or less where a broker asks for it
  bool watching_ = false;      // publications were handed over: acknowledgements are looked for
  Mailbox::Arrived arrived_;
  Inbox inbox_;
  std::vector<Meta> properties_;
};

}  // namespace fieldgate::mqtt
