// Report: compares what is watched with what was last let through.
#include "router/report.hpp"

#include <charconv>
#include <cmath>

#include "config/node.hpp"

namespace fieldgate::router {

namespace {

/// 0.3 - 0.1 is a little less than 0.2, and yet as far as an operator means.
constexpr double rounding = 1e-9;

std::optional<Report::Watched> parse_watched(const std::string& name, std::string_view text) {
  Report::Watched watched{name};
  if (text.ends_with('%')) {
    watched.is_percent = true;
    text.remove_suffix(1);
    while (text.ends_with(' ')) text.remove_suffix(1);
  }
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), watched.distance);
  if (error != std::errc() || end != text.data() + text.size() || !std::isfinite(watched.distance) ||
      watched.distance < 0)
    return std::nullopt;
  return watched;
}

std::vector<Report::Watched> read_on_change(config::Section& section) {
  std::vector<Report::Watched> watched;
  const auto named = section.text_map(
      "on_change", "Values to watch, by their path in data, and how far one must move: 0.2, or 5% of its last report.");
  for (const auto& [name, text] : named) {
    const config::Mark mark = section.node("on_change")->find(name)->mark;
    auto one = parse_watched(name, text);
    if (!one) {
      section.error(mark, "on_change", "'" + name + "': expected a number (0.2), or a percentage (5%)");
    } else if (const auto path = expression::Reference::parse("data." + name); !path) {
      section.error(mark, "on_change", path.error().text);
    } else {
      watched.push_back(std::move(*one));
    }
  }
  if (named.empty() && !section.describing() && !section.has("on_change"))
    section.error("on_change", "name what to watch: on_change: { temperature: 0.2 }");
  return watched;
}

}  // namespace

Report::Config Report::Config::read(config::Section& section) {
  Config config;
  config.on_change = read_on_change(section);
  config.at_least_every = section.optional_duration(
      "at_least_every", "After this time without a report, a device's next message passes unchanged as well.");
  config.max_devices = static_cast<std::size_t>(
      section.integer("max_devices", 100'000,
                      "Devices that are remembered; of more, the one that is silent the longest is forgotten, and its "
                      "next message passes.",
                      {1, 10'000'000}));
  return config;
}

Report::Report(const Config& config, const TransformContext& context)
    : at_least_every_(config.at_least_every),
      unchanged_(context.dropped.of("unchanged")),
      now_(config.on_change.size()),
      devices_(config.max_devices, context.forgotten) {
  for (const Watched& watched : config.on_change) {
    auto reference = expression::Reference::parse("data." + watched.name);
    if (!reference) continue;  // was an error of the file
    reference->bind(context.environment, context.paths);
    fields_.push_back({watched, std::move(*reference)});
  }
}

Report::Last Report::seen(const Value& value) {
  Last last{value.kind};
  if (value.kind == Value::Kind::number) {
    std::from_chars(value.text.data(), value.text.data() + value.text.size(), last.number);
  } else {
    last.hash = std::hash<std::string_view>()(value.text);
  }
  return last;
}

bool Report::changed(const Watched& watched, const Last& last, const Last& now) {
  if (now.kind == Value::Kind::missing) return false;
  if (now.kind != last.kind) return true;
  if (now.kind != Value::Kind::number) return now.hash != last.hash;
  const double moved = std::fabs(now.number - last.number);
  const double distance = watched.is_percent ? watched.distance / 100 * std::fabs(last.number) : watched.distance;
  return moved > 0 && moved >= distance * (1 - rounding);
}

bool Report::is_due(const Device& device, const Message& message) const {
  return device.values.empty() || (at_least_every_ && message.received.steady - device.reported >= *at_least_every_);
}

void Report::accept(const Message& message) {
  Device& device = devices_.of(message.device);
  bool passes = is_due(device, message);
  device.values.resize(fields_.size());
  for (std::size_t i = 0; i < fields_.size(); ++i) {
    now_[i] = seen(fields_[i].reference.value(message));
    passes = passes || changed(fields_[i].watched, device.values[i], now_[i]);
  }
  if (!passes) {
    ++unchanged_;
    return;
  }
  for (std::size_t i = 0; i < fields_.size(); ++i) {
    if (now_[i].kind != Value::Kind::missing) device.values[i] = now_[i];
  }
  device.reported = message.received.steady;
  pass(message);
}

}  // namespace fieldgate::router
