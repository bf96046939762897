// Certificates: two times, looked at each day.
#include "transport/certificates.hpp"

#include "reactor/certificate.hpp"

namespace fieldgate::transport {

namespace {

constexpr std::string_view name = "fieldgate_tls_certificate_expiry_seconds";
constexpr std::string_view help = "Until the certificate ends; below zero after it.";

constexpr auto early = std::chrono::hours(24) * 30;
constexpr auto look_every = std::chrono::hours(24);

double seconds_until(TimePoint end) { return std::chrono::duration<double>(end - Instant::now().wall).count(); }

}  // namespace

struct Certificates::State {
  explicit State(const telemetry::Log& to) : log(to) {}

  void warn() const {
    if (own && *own - Instant::now().wall < early) {
      log.limited(telemetry::Level::warn, "own certificate",
                  "our certificate ends in {:.1f} days: put a new one in its file and restart",
                  seconds_until(*own) / 86400);
    }
    if (peer && *peer - Instant::now().wall < early) {
      log.limited(telemetry::Level::warn, "peer certificate", "the server's certificate ends in {:.1f} days",
                  seconds_until(*peer) / 86400);
    }
  }

  telemetry::Log log;
  std::optional<TimePoint> own;
  std::optional<TimePoint> peer;
  bool gone = false;
};

Certificates::Certificates(reactor::Reactor& reactor, telemetry::Metrics& metrics, const telemetry::Log& log,
                           const std::filesystem::path& crt_file)
    : state_(std::make_shared<State>(log)), reactor_(reactor), metrics_(metrics) {
  if (crt_file.empty()) return;
  const auto end = reactor::certificate_end(crt_file);
  if (!end) return;  // whoever uses the certificate says why
  state_->own = *end;
  metrics_.gauge(name, {{"component", state_->log.component()}, {"use", "own"}}, help,
                 [state = state_] { return seconds_until(*state->own); });
}

Certificates::~Certificates() { state_->gone = true; }  // its gauges may keep it

void Certificates::start() { reactor_.spawn(watch(state_)); }

Awaitable<> Certificates::watch(std::weak_ptr<State> watched) {
  while (true) {
    if (const auto state = watched.lock(); state && !state->gone) {
      state->warn();
    } else {
      co_return;
    }
    co_await reactor::sleep(look_every);
  }
}

void Certificates::peer_seen(std::optional<TimePoint> end) {
  if (!end || state_->peer == end) return;
  const bool first = !state_->peer;
  state_->peer = end;
  state_->warn();
  if (!first) return;
  metrics_.gauge(name, {{"component", state_->log.component()}, {"use", "peer"}}, help,
                 [state = state_] { return seconds_until(*state->peer); });
}

}  // namespace fieldgate::transport
