// The service's life around the gateway.
#include "gateway/service.hpp"

#include <sys/resource.h>

#include <algorithm>
#include <csignal>
#include <cstdlib>

#include "gateway/gateway.hpp"
#include "gateway/service_manager.hpp"

namespace fieldgate::gateway {

namespace {

/// How often the reactor looks at itself where no watchdog asks for it.
constexpr Duration default_heartbeat = std::chrono::seconds(10);

/// A hundred thousand devices need as many descriptors; the soft limit is only a default.
void raise_descriptor_limit() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
}

class Service {
 public:
  Service(const Configuration& configuration, const Home& home, std::string_view version)
      : gateway_(configuration, reactor_, metrics_, instance(), home, version),
        signals_(reactor_.io(), SIGTERM, SIGINT, SIGHUP),
        heart_(reactor_.io()) {
    metrics_.gauge("fieldgate_build_info", {{"version", std::string(version)}}, "The version that runs.",
                   [] { return 1.0; });
    metrics_.gauge("fieldgate_log_dropped_lines", {}, "Log lines lost because standard error was too slow.",
                   [] { return static_cast<double>(telemetry::log_dropped()); });
  }

  int run() {
    if (auto started = gateway_.start(); !started) {
      log_.error("{}", started.error().text);
      return EXIT_FAILURE;
    }
    reactor_.spawn(obey_signals());
    reactor_.spawn(heartbeat());
    log_.info("ready: {}", gateway_.status());
    notify_service_manager("READY=1\nSTATUS=" + gateway_.status());
    reactor_.run();
    if (reactor_.busy()) {
      log_.error("a disk or a computation does not come to its end; ending without it");
      telemetry::stop_log();
      std::_Exit(EXIT_SUCCESS);
    }
    return EXIT_SUCCESS;
  }

 private:
  static std::string instance() {
    const char* name = std::getenv("FIELDGATE_INSTANCE");
    return name == nullptr ? "" : name;
  }

  Awaitable<> obey_signals() {
    bool stopping = false;
    while (true) {
      error_code ignored;
      const int signal = co_await signals_.async_wait(into(ignored));
      if (signal == SIGHUP) {
        log_.warn("SIGHUP is refused: this version cannot reload; restart the gateway to use a changed configuration");
      } else if (std::exchange(stopping, true)) {
        log_.warn("a second signal: stopping at once");
        reactor_.stop();
      } else {
        reactor_.spawn(stop());
      }
    }
  }

  Awaitable<> stop() {
    log_.info("stopping: delivering what is there");
    notify_service_manager("STOPPING=1\nSTATUS=delivering what is there");
    const std::uint64_t left = co_await gateway_.stop();
    log_.info("stopped; {} messages were not delivered", left);
    reactor_.stop();
  }

  /// Proves that the reactor turns, and measures how late it is.
  Awaitable<> heartbeat() {
    telemetry::Histogram& lag =
        metrics_.histogram("fieldgate_reactor_lag_seconds", {}, "How late the reactor's own timer was.");
    const auto interval = watchdog_interval();
    const Duration period = interval ? *interval / 2 : default_heartbeat;
    while (true) {
      heart_.expires_after(period);
      error_code ignored;
      co_await heart_.async_wait(into(ignored));
      lag.observe(std::chrono::steady_clock::now() - heart_.expiry());
      notify_service_manager("WATCHDOG=1\nSTATUS=" + gateway_.status());
    }
  }

  reactor::Reactor reactor_;
  telemetry::Metrics metrics_;
  telemetry::Log log_{"gateway"};
  Gateway gateway_;
  asio::basic_signal_set<asio::io_context::executor_type> signals_;
  Timer heart_;
};

}  // namespace

int run_service(const Configuration& configuration, std::string_view version) {
  std::signal(SIGPIPE, SIG_IGN);
  raise_descriptor_limit();
  telemetry::start_log(configuration.log_level, configuration.log_format);
  int status = EXIT_FAILURE;
  if (const auto home = open_home(configuration)) {
    Service service(configuration, *home, version);
    status = service.run();
  } else {
    telemetry::Log("gateway").error("{}", home.error().text);
  }
  telemetry::stop_log();
  return status;
}

}  // namespace fieldgate::gateway
