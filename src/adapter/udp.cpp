// Udp: gulps of datagrams, few wake-ups.
#include "adapter/udp.hpp"

namespace fieldgate::adapter {

Udp::Config Udp::Config::read(config::Section& s) {
  Config config;
  config.listen = s.address("listen", config::required,
                            "Where devices send to: host:port or [v6]:port, unix:/path or systemd:NAME.");
  config.reuse_port = s.flag("reuse_port", false, "Several gateways share the port; the kernel spreads the senders.");
  config.gather = s.duration("gather", config.gather,
                             "How long a busy adapter waits for more, to save wake-ups; an idle one never does.");
  config.receive_buffer = s.size("receive_buffer", config.receive_buffer,
                                 "The kernel's buffer for datagrams not yet taken.", {4096, 1 << 30});
  config.source = device::SourceOptions::read(s);
  s.section("limits", "What protects the gateway from its peers.", [&](config::Section& limits) {
    config.allow = read_allow(limits);
    config.source.read_limits(limits, false);
    config.session =
        limits.duration("session", config.session, "How long an address stays a device's without a datagram of it.",
                        std::chrono::milliseconds(10));
  });
  config.protocol = protocol::FramedConfig::read(s, protocol::FramedConfig::Transport::udp);
  config.protocol.allow(s, config.source.commands);
  if (s.has("tls")) {
    s.claim({.name = "tls"});
    s.error("tls", "a udp adapter has no 'tls'; TLS needs connections: type: tls");
  }
  return config;
}

Udp::Udp(const Config& config, const Context& context)
    : config_(config),
      reactor_(context.reactor),
      log_(context.log),
      counters_(context.metrics, context.name),
      entrance_(context, config_.source, config_.session),
      protocol_(config_.protocol, context.environment, context.paths, counters_, context.log, entrance_,
                {.session = config_.session}),
      name_(context.name) {
  origin_.adapter = name_;
}

Result<void> Udp::start(router::Inlet* const& inlet) {
  entrance_.connect(inlet, protocol_);
  auto bound = transport::bind_datagrams(config_.listen, {config_.reuse_port, 0, config_.receive_buffer});
  if (!bound) return bound.error();
  datagrams_.emplace(reactor_.io(), std::move(*bound));
  if (const std::size_t got = datagrams_->receive_buffer(); got < config_.receive_buffer) {
    log_.warn(
        "the kernel gives only {} KiB of the receive_buffer; bursts may be lost: raise net.core.rmem_max with sysctl",
        got / 1024);
  }
  reactor_.spawn(receive());
  log_.info("listening at {}", config_.listen.text());
  return {};
}

void Udp::stop() {
  if (datagrams_) datagrams_->close();
  entrance_.stop();
  protocol_.forget_senders();
}

Awaitable<> Udp::receive() {
  bool busy = false;
  auto last_wake_up = std::chrono::steady_clock::time_point();
  while (!datagrams_->closed()) {
    // What waits in the kernel's buffer while the gate is closed is not yet lost; what it drops then is counted.
    if (!entrance_.open()) co_await entrance_.opened();
    if (busy && config_.gather.count() > 0) {
      co_await reactor::sleep(config_.gather);
    } else {
      co_await datagrams_->readable();
    }
    if (datagrams_->closed()) co_return;
    const Instant now = Instant::now();
    const std::size_t count = take_gulp(now);
    if (count > 0) count_overflow();
    busy = count > 0 && now.steady - last_wake_up <= 2 * config_.gather;
    last_wake_up = now.steady;
    // A full gulp means that more is there: others get their turn, then on without a wait.
    while (count == transport::Datagrams::gulp && entrance_.open()) {
      co_await asio::post(reactor_.io(), use_awaitable);
      if (datagrams_->closed()) co_return;
      if (take_gulp(Instant::now()) < transport::Datagrams::gulp) break;
    }
  }
}

std::size_t Udp::take_gulp(const Instant& now) {
  const std::size_t count = datagrams_->receive();
  for (std::size_t i = 0; i < count; ++i) take(i, now);
  protocol_.hurry();
  return count;
}

void Udp::take(std::size_t index, const Instant& now) {
  const Bytes bytes = datagrams_->bytes(index);
  asio::ip::address ip;
  if (transport::peer_of(datagrams_->peer(index), datagrams_->peer_size(index), ip, origin_.peer_port)) {
    if (!allowed(config_.allow, ip)) {
      counters_.rejected.count("allow");
      log_.limited(telemetry::Level::warn, "allow", "dropped a datagram of {}: limits.allow forbids it",
                   ip.to_string());
      return;
    }
    if (ip != last_ip_) {
      last_ip_ = ip;
      origin_.peer_ip = ip.to_string();
    }
  }
  protocol_.datagram_received(bytes, origin_, now, {this, datagrams_->sender(index)});
}

void Udp::write(Bytes bytes, Bytes to) {
  if (datagrams_->send(bytes, to)) return;
  counters_.rejected.count("answers");
  log_.limited(telemetry::Level::warn, "answers", "an answer to a device is dropped: it cannot be sent now");
}

void Udp::count_overflow() {
  const std::uint32_t lost = datagrams_->take_overflow();
  if (lost == 0) return;
  counters_.rejected.count("receive_buffer", lost);
  log_.limited(telemetry::Level::warn, "receive_buffer",
               "{} datagrams were lost before they were read: raise receive_buffer", lost);
}

}  // namespace fieldgate::adapter
