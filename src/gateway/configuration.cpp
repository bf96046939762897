// Configuration: the top level of the file.
#include "gateway/configuration.hpp"

#include <unistd.h>

#include <array>
#include <cstdlib>

#include "config/node.hpp"
#include "gateway/checks.hpp"
#include "gateway/test_case.hpp"
#include "protocol/framed.hpp"

namespace fieldgate::gateway {

namespace {

std::string host_name() {
  std::array<char, 256> name{};
  return ::gethostname(name.data(), name.size() - 1) == 0 && name[0] != '\0' ? name.data() : "fieldgate";
}

constexpr const char* default_data_dir = "/var/lib/fieldgate";

/// Where systemd gives the service a folder of its own: instances must not share one.
std::string state_directory(const config::Section& section) {
  const char* given = section.reader().syntax_only || section.describing() ? nullptr : std::getenv("STATE_DIRECTORY");
  return given == nullptr || *given == '\0' ? default_data_dir : given;
}

void read_general(config::Section& root, Configuration& c) {
  root.section("gateway", "What this gateway is.", [&](config::Section& s) {
    c.id = s.text("id", config::Default<std::string>(host_name(), "the host name"),
                  "Its name, {{ gateway }} in templates.");
    c.data_dir = s.path("data_dir", config::Default<std::string>(state_directory(s), default_data_dir),
                        "Everything that must outlive a restart; systemd's $STATE_DIRECTORY comes before the default.");
    c.tags = device::read_tags(s, "Names and values that go with each message of it.");
    c.drain_timeout =
        s.duration("drain_timeout", c.drain_timeout, "How long stopping may take to deliver what is there.");
  });
  root.section("log", "What it says to standard error.", [&](config::Section& s) {
    using telemetry::Level;
    c.log_level = s.choice<Level>("level", Level::info, "The least that is said.",
                                  {{"trace", Level::trace},
                                   {"debug", Level::debug},
                                   {"info", Level::info},
                                   {"warn", Level::warn},
                                   {"error", Level::error}});
    using telemetry::LogFormat;
    c.log_format = s.choice<LogFormat>("format", LogFormat::text, "For people, or for machines.",
                                       {{"text", LogFormat::text}, {"json", LogFormat::json}});
  });
  root.section("admin", "The REST API, health and metrics over HTTP.", [&](config::Section& s) {
    c.admin_enabled = s.flag("enabled", true, "Whether it listens at all.");
    c.admin = s.address("listen", config::Address{config::Address::Kind::tcp, "127.0.0.1", 8970},
                        "Where it listens; off loopback only with 'tls' and 'token'.");
    if (s.describing() || s.has("tls")) c.admin_protection.tls = config::TlsServerOptions::read(s);
    c.admin_protection.token =
        s.secret("token", "Who has it may use the API: 'Authorization: Bearer TOKEN'; at least 16 bytes.");
    if (c.admin_enabled) check_admin(s, c.admin);
  });
  c.dead_letters = buffer::DeadLetterOptions::read(root);
  c.devices = device::Options::read(root);
}

/// The components of one kind; `each` is called for each with its section.
template <class F>
std::vector<Named<F>> read_components(config::Section& root, std::string_view key, std::string_view meaning,
                                      const std::function<void(const std::string&, bool, config::Section&)>& each) {
  std::vector<Named<F>> components;
  root.named(key, meaning, [&](const std::string& name, config::Section& s) {
    Named<F> component;
    component.name = name;
    component.enabled = s.flag("enabled", true, "false: as if it were not there.");
    each(name, component.enabled, s);
    component.factory = s.reader().get<config::Registry<F>>().read(s);
    components.push_back(std::move(component));
  });
  return components;
}

router::Stage read_stage(const std::string& name, bool enabled, config::Section& s) {
  router::Stage stage{name, s.path(), s.mark(), {}, {}, enabled};
  stage.inputs =
      s.texts("inputs", config::Default<std::vector<std::string>>(std::vector<std::string>(), "every adapter"),
              "Adapters and transforms that it reads; names and globs.");
  for (std::size_t i = 0; i < stage.inputs.size(); ++i) stage.marks.push_back(s.mark("inputs", i));
  return stage;
}

}  // namespace

Configuration Configuration::read(config::Section& root) {
  Configuration c;
  read_general(root, c);
  root.named("protocols", "How to talk with kinds of devices, by name.",
             [](const std::string& name, config::Section& s) {
               check_shipped_name(name, s);
               protocol::FramedConfig::read_map(s, std::nullopt);
             });
  read_tests(root);
  std::vector<router::Source> sources;
  std::vector<router::Stage> transforms;
  std::vector<router::Stage> sinks;
  c.adapters = read_components<adapter::Factory>(root, "adapters", "Southbound: how devices reach the gateway.",
                                                 [&](const std::string& name, bool enabled, config::Section& s) {
                                                   const config::Node* commands = s.node("commands");
                                                   if (enabled && commands != nullptr && !commands->items.empty())
                                                     c.has_commands = true;
                                                   sources.push_back({name, s.path(), s.mark()});
                                                 });
  c.transforms =
      read_components<router::TransformFactory>(root, "transforms", "Stages between adapters and sinks.",
                                                [&](const std::string& name, bool enabled, config::Section& s) {
                                                  transforms.push_back(read_stage(name, enabled, s));
                                                });
  c.sinks = read_components<sink::OutletConfig>(root, "sinks", "Northbound: where messages go.",
                                                [&](const std::string& name, bool enabled, config::Section& s) {
                                                  sinks.push_back(read_stage(name, enabled, s));
                                                });
  if (root.describing()) return c;
  if (c.adapters.empty()) root.error("", "there are no 'adapters': nothing would come in");
  if (c.sinks.empty()) root.error("", "there are no 'sinks': nothing would go out");
  c.wiring = router::resolve(sources, transforms, sinks, root.reader().problems());
  check_listeners(c, sources, root);
  check_dialled(c, sources, root.reader().problems());
  check_client_ids(c, sources, sinks, root.reader().problems());
  check_blocking(c, sinks, root.reader().problems());
  check_acknowledgement(c, sources, root.reader().problems());
  check_commands(c, sinks, root.reader().problems());
  check_disk_space(c, root);
  check_default_id(root);
  return c;
}

}  // namespace fieldgate::gateway
