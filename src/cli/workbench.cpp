// Workbench: what stands round a protocol in a gateway, as little of it as the protocol needs.
#include "cli/workbench.hpp"

namespace fieldgate::cli {

Workbench::Workbench(const gateway::Subject& subject, const std::string& gateway, protocol::Observer& observer)
    : subject_(subject),
      environment_{gateway, {}},
      counters_(metrics_, subject.name),
      observer_(observer),
      framed_(subject.protocol, environment_, paths_, counters_, telemetry::Log("adapter " + subject.name), *this) {
  framed_.observe(&observer);
}

Workbench::~Workbench() { framed_.observe(nullptr); }

std::unique_ptr<Workbench::Link> Workbench::link(const Sender& sender) { return std::make_unique<Link>(*this, sender); }

Result<void> Workbench::command(std::string_view name, std::string_view arguments, const Instant& now) {
  if (peer_ != nullptr && framed_.reaches(*peer_)) return framed_.command(*peer_, {name, arguments, device_}, now, {});
  const auto bytes = framed_.command_bytes(name, arguments, device_);
  if (!bytes) return bytes.error();
  observer_.sent("command", *bytes);
  return {};
}

std::string_view Workbench::hear(const Message& message, protocol::Peer* peer) {
  peer_ = peer;
  device_ = message.device;
  return {};
}

void Workbench::gone(protocol::Peer& peer, std::string_view) {
  if (&peer == peer_) peer_ = nullptr;
}

Receipt Workbench::message(Message& message) { return message.receipt = ++last_; }

Receipt Workbench::dead_letter(const Message&, std::string_view, std::string_view) { return ++last_; }

Workbench::Link::Link(Workbench& bench, const Sender& sender) : bench_(bench), sender_(sender) {
  origin_.adapter = bench.subject_.name;
  origin_.peer_ip = sender_.ip;
  origin_.peer_port = sender_.port;
  origin_.topic = sender_.topic;
  origin_.peer_name = bench.subject_.peer_name;
  origin_.tls_common_name = sender_.common_name;
  if (bench.subject_.is_datagram()) return;
  protocol_ = bench.framed_.connection();
  protocol_->connection_made(*this, origin_);
}

void Workbench::Link::receive(Bytes bytes, const std::function<void(Bytes)>& about) {
  if (!closed_.empty()) return;
  if (protocol_) {
    rest_.append(bytes);
    return look(about);
  }
  if (about) about(bytes);
  bench_.framed_.datagram_received(bytes, origin_, sender_.now, {this, origin_.peer_ip});
}

void Workbench::Link::look(const std::function<void(Bytes)>& about) {
  again_ = false;
  if (about) about(rest_);
  std::string_view close;
  const std::size_t used = protocol_->data_received(rest_, origin_, sender_.now, close);
  rest_.erase(0, used);
  if (!close.empty()) closed_ = close;
}

bool Workbench::Link::pass_time(Duration within) {
  const auto due = bench_.framed_.due();
  if (!due || !closed_.empty() || *due > sender_.now.steady + within) return false;
  if (*due > sender_.now.steady) {
    sender_.now.wall += std::chrono::ceil<std::chrono::microseconds>(*due - sender_.now.steady);
    sender_.now.steady = *due;
  }
  while (bench_.framed_.tick(sender_.now)) {
  }
  if (again_ && protocol_) look({});
  return true;
}

void keep_log_quiet() {
  telemetry::start_log(telemetry::Level::error, telemetry::LogFormat::text);
  telemetry::stop_log();
}

}  // namespace fieldgate::cli
