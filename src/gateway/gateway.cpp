// Gateway: building the graph from the north to the south, so that everyone finds who reads him.
#include "gateway/gateway.hpp"

#include <algorithm>
#include <utility>

#include "framing/framer.hpp"

namespace fieldgate::gateway {

Gateway::Gateway(const Configuration& configuration, reactor::Reactor& reactor, telemetry::Metrics& metrics,
                 std::string instance, const Home& home, std::string_view version)
    : reactor_(reactor),
      metrics_(metrics),
      environment_{configuration.id, std::move(instance)},
      version_(version),
      drain_timeout_(configuration.drain_timeout),
      home_(home),
      dead_letters_(reactor, home.data_dir ? home.data_dir->dead_letters() : std::filesystem::path(),
                    configuration.dead_letters, home.epoch, metrics, telemetry::Log("dead letters")),
      devices_(configuration.devices, configuration.tags, metrics),
      recorder_(configuration.devices.recorder),
      commands_(reactor, devices_, home.data_dir ? home.data_dir->commands() : std::filesystem::path(), metrics,
                telemetry::Log("commands")),
      presence_(reactor.io()) {
  devices_.on_due([this] { presence_.cancel(); });
  build_sinks(configuration);
  build_transforms(configuration);
  build_adapters(configuration);
  build_servers(configuration);
}

Gateway::~Gateway() = default;

void Gateway::build_sinks(const Configuration& configuration) {
  for (const auto& [name, config, enabled] : configuration.sinks) {
    auto& outlet = outlets_.emplace_back();
    if (!enabled) continue;
    sink::Surroundings around{reactor_,      metrics_, environment_, paths_,      last_receipt_,
                              dead_letters_, {},       {},           home_.epoch, &commands_};
    if (home_.data_dir) {
      around.buffer_file = home_.data_dir->buffer(name);
      around.budget_file = home_.data_dir->budget(name);
    }
    outlet = std::make_unique<sink::Outlet>(config, name, around);
    dead_letters_.on_replay(
        "sink " + name, [target = outlet.get()](const buffer::DeadLetter& letter) { return target->replay(letter); },
        *outlet, outlet->is_durable() ? After::stored : After::delivered);
  }
  for (const AbandonedBuffer& abandoned : abandoned_buffers(home_, configuration)) {
    log_.warn("{} messages wait in the disk buffer of '{}', but no sink of that name has 'buffer: {{ type: disk }}'",
              abandoned.messages, abandoned.name);
  }
}

void Gateway::build_transforms(const Configuration& configuration) {
  for (const auto& [name, factory, enabled] : configuration.transforms) {
    Stage stage;
    stage.name = name;
    stage.type = factory.type();
    if (enabled) {
      stage.dropped = std::make_unique<telemetry::Reasons>(metrics_, "fieldgate_transform_dropped_total",
                                                           telemetry::Labels{{"transform", name}},
                                                           "Messages that a transform took away.");
      stage.transform = factory.make(
          router::TransformContext{name, environment_, paths_, telemetry::Log("transform " + name), *stage.dropped,
                                   metrics_.counter("fieldgate_transform_forgotten_total", {{"transform", name}},
                                                    "Devices and keys forgotten because a transform's table was full."),
                                   last_receipt_});
    }
    transforms_.push_back(std::move(stage));
  }
  for (std::size_t i = 0; i < transforms_.size(); ++i) {
    if (transforms_[i].transform) transforms_[i].transform->connect(inputs(configuration.wiring.transforms[i]));
  }
}

void Gateway::build_adapters(const Configuration& configuration) {
  for (std::size_t i = 0; i < configuration.adapters.size(); ++i) {
    const auto& [name, factory, enabled] = configuration.adapters[i];
    if (!enabled) continue;
    const auto& outputs = configuration.wiring.adapters[i];
    auto inflow = std::make_unique<Inflow>();
    std::vector<sink::Outlet*> behind;
    add_outlets(configuration.wiring, outputs, behind);
    std::vector<router::Gate*> gates;
    std::vector<buffer::Settling*> keepers{&dead_letters_};
    for (sink::Outlet* outlet : behind) {
      gates.push_back(&outlet->gate());
      keepers.push_back(outlet);
    }
    inflow->name = name;
    inflow->type = factory.type();
    inflow->inlet = std::make_unique<router::Inlet>(reactor_.io(), last_receipt_, inputs(outputs), std::move(gates),
                                                    std::move(keepers), &dead_letters_);
    inflow->current = inflow->inlet.get();
    inflow->adapter = factory.make(adapter::Context{name, reactor_, metrics_, telemetry::Log("adapter " + name),
                                                    environment_, paths_, devices_, recorder_});
    inflows_.push_back(std::move(inflow));
  }
}

void Gateway::build_servers(const Configuration& configuration) {
  for (admin::CommandDesk* desk : {&api_desk_, &control_desk_}) commands_.add(desk->from(), *desk);
  const admin::ApiParts parts{[this] { return report(); }, devices_, recorder_, commands_, dead_letters_, environment_,
                              configuration.tags};
  if (home_.data_dir) {
    control_ = std::make_unique<http::Server>(
        reactor_, config::Address{config::Address::Kind::unix_socket, home_.data_dir->control_socket().string(), 0});
    admin::add_api(*control_, parts, control_desk_);
  }
  if (configuration.admin_enabled) {
    admin_ = std::make_unique<admin::Server>(
        reactor_, metrics_, configuration.admin, configuration.admin_protection, [this] { return not_ready(); },
        telemetry::Log("admin"));
    admin::add_api(admin_->http(), parts, api_desk_);
  }
}

std::vector<router::Input*> Gateway::inputs(const router::Wiring::Outputs& outputs) const {
  std::vector<router::Input*> found;
  for (const std::size_t sink : outputs.sinks) {
    if (outlets_[sink]) found.push_back(outlets_[sink].get());
  }
  for (const std::size_t transform : outputs.transforms) {
    if (transforms_[transform].transform) found.push_back(transforms_[transform].transform.get());
  }
  return found;
}

void Gateway::add_outlets(const router::Wiring& wiring, const router::Wiring::Outputs& outputs,
                          std::vector<sink::Outlet*>& outlets) const {
  for (const std::size_t sink : outputs.sinks) {
    sink::Outlet* outlet = outlets_[sink].get();
    if (outlet != nullptr && std::find(outlets.begin(), outlets.end(), outlet) == outlets.end())
      outlets.push_back(outlet);
  }
  for (const std::size_t transform : outputs.transforms) add_outlets(wiring, wiring.transforms[transform], outlets);
}

Result<void> Gateway::start() {
  for (const auto& outlet : outlets_) {
    if (outlet) outlet->start();
  }
  for (const auto& inflow : inflows_) {
    if (auto started = inflow->adapter->start(inflow->current); !started) {
      return Error{started.error().reason, "adapter " + inflow->name + ": " + started.error().text};
    }
  }
  reactor_.spawn(keep_presence());
  commands_.start();
  if (control_) {
    if (auto started = control_->start(); !started)  // messages pass all the same
      log_.error("'fieldgate status' cannot reach this gateway: {}", started.error().text);
  }
  if (admin_) {
    if (auto started = admin_->start(); !started)
      return Error{started.error().reason, "admin: " + started.error().text};
  }
  return {};
}

/// Sees to it that devices become late, and are gone, in time.
Awaitable<> Gateway::keep_presence() {
  error_code ignored;
  while (!stopping_) {
    presence_.expires_at(devices_.sweep(Instant::now()).value_or(Timer::time_point::max()));
    co_await presence_.async_wait(into(ignored));
  }
}

Awaitable<std::uint64_t> Gateway::stop() {
  stopping_ = true;
  presence_.cancel();
  const auto end = std::chrono::steady_clock::now() + drain_timeout_;
  std::uint64_t left = 0;
  std::size_t busy = 0;
  reactor::Event done(reactor_.io());
  for (const auto& inflow : inflows_) {
    inflow->adapter->stop();
    ++busy;
    reactor_.spawn(quiet(*inflow->adapter, busy, done));
  }
  while (busy > 0) co_await done.wait();
  co_await commands_.stop(drain_timeout_ / 4);
  const auto rest = std::chrono::duration_cast<Duration>(end - std::chrono::steady_clock::now());
  for (const auto& outlet : outlets_) {
    if (!outlet) continue;
    ++busy;
    reactor_.spawn(drain(*outlet, std::max(rest, drain_timeout_ / 2), left, busy, done));
  }
  while (busy > 0) co_await done.wait();
  co_await dead_letters_.close(drain_timeout_ / 4);
  if (control_) control_->stop();
  if (admin_) admin_->stop();
  co_return left;
}

Awaitable<> Gateway::quiet(adapter::Adapter& adapter, std::size_t& busy, reactor::Event& done) {
  co_await adapter.quiet(drain_timeout_ / 2);
  --busy;
  done.notify();
}

Awaitable<> Gateway::drain(sink::Outlet& outlet, Duration deadline, std::uint64_t& left, std::size_t& busy,
                           reactor::Event& done) {
  const sink::Outlet::Left mine = co_await outlet.drain(deadline);
  if (mine.messages > mine.lost) {
    log_.info("sink {}: {} messages wait on disk for the next start", outlet.name(), mine.messages - mine.lost);
  }
  if (mine.lost > 0) {
    log_.error("sink {}: {} messages were neither delivered nor stored on disk before the gateway stopped",
               outlet.name(), mine.lost);
  }
  left += mine.lost;
  --busy;
  done.notify();
}

std::vector<std::string> Gateway::not_ready() const {
  std::vector<std::string> names;
  for (const auto& inflow : inflows_) {
    if (!inflow->adapter->ready()) names.push_back(inflow->name);
  }
  return names;
}

admin::Status Gateway::report() const {
  admin::Status status;
  status.version = version_;
  status.gateway = environment_.gateway;
  status.started = started_.wall;
  status.uptime = std::chrono::duration_cast<Duration>(std::chrono::steady_clock::now() - started_.steady);
  for (const auto& inflow : inflows_) {
    const telemetry::AdapterCounters& counters = inflow->adapter->counters();
    status.adapters.push_back({inflow->name, inflow->type, counters.connections, counters.messages,
                               counters.errors.total(), counters.rejected.total(), inflow->adapter->ready(),
                               counters.errors.count_of(framing::Cut::garbage_bytes)});
  }
  for (const Stage& stage : transforms_) {
    if (stage.transform) status.transforms.push_back({stage.name, stage.type, stage.dropped->total()});
  }
  for (const auto& outlet : outlets_) {
    if (!outlet) continue;
    const sink::OutletCounters& counters = outlet->counters();
    admin::SinkStatus sink{.name = outlet->name(), .type = std::string(outlet->type()), .up = outlet->up()};
    sink.accepted = counters.accepted;
    sink.delivered = counters.delivered;
    sink.expired = counters.expired;
    sink.dropped = counters.dropped.total();
    sink.dead_letters = counters.dead_letters.total();
    sink.corrupt = counters.corrupt;
    sink.retries = counters.retries;
    sink.backlog = outlet->backlog();
    sink.backlog_bytes = outlet->backlog_bytes();
    sink.oldest = outlet->oldest();
    sink.buffer = outlet->is_durable() ? "disk" : "memory";
    sink.buffer_state = outlet->disk_problem().empty() ? "ok" : outlet->disk_problem();
    status.sinks.push_back(std::move(sink));
  }
  const buffer::DeadLetterTotals letters = dead_letters_.totals();
  status.dead_letters = letters.letters;
  status.dead_letter_bytes = letters.bytes;
  return status;
}

std::string Gateway::status() const {
  std::uint64_t waiting = 0;
  std::size_t sinks = 0;
  for (const auto& outlet : outlets_) {
    if (!outlet) continue;
    ++sinks;
    waiting += outlet->backlog();
  }
  return fmt::format("{} adapters, {} sinks; {} messages, {} waiting", inflows_.size(), sinks, last_receipt_, waiting);
}

}  // namespace fieldgate::gateway
