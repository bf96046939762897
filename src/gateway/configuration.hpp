// A whole configuration, read and checked: what the gateway is built from.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "buffer/dead_letters.hpp"
#include "device/options.hpp"
#include "gateway/catalogue.hpp"
#include "http/server.hpp"
#include "router/wiring.hpp"
#include "telemetry/log.hpp"

namespace fieldgate::gateway {

/// A component by the name that the operator gave it.
template <class F>
struct Named {
  std::string name;
  F factory;
  bool enabled = true;
  bool operator==(const Named&) const = default;
};

struct Configuration {
  std::string id;
  std::filesystem::path data_dir;
  Duration drain_timeout = std::chrono::seconds(5);
  telemetry::Level log_level = telemetry::Level::info;
  telemetry::LogFormat log_format = telemetry::LogFormat::text;
  config::Address admin;
  bool admin_enabled = true;
  http::Protection admin_protection;
  buffer::DeadLetterOptions dead_letters;
  device::Options devices;
  device::Tags tags;          ///< of the gateway
  bool has_commands = false;  ///< devices of some adapter may be given commands

  std::vector<Named<adapter::Factory>> adapters;
  std::vector<Named<router::TransformFactory>> transforms;
  std::vector<Named<sink::OutletConfig>> sinks;
  router::Wiring wiring;

  /// Reads the root of the file. What is wrong goes to the reader's problems; the result is whole only without errors.
  static Configuration read(config::Section& root);
};

}  // namespace fieldgate::gateway
