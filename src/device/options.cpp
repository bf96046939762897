// The options of `devices:`, and those of adapters that are about devices.
#include "device/options.hpp"

namespace fieldgate::device {

Tags read_tags(config::Section& section, std::string_view meaning) {
  const auto texts = section.text_map("tags", meaning);
  return {texts.begin(), texts.end()};
}

Options Options::read(config::Section& root) {
  Options options;
  options.registry = std::make_shared<Registry>();
  root.section("devices", "The devices that are known, and what becomes of others.", [&](config::Section& s) {
    options.unknown = s.choice<Unknown>("unknown", Unknown::accept, "What becomes of a device that is not registered.",
                                        {{"accept", Unknown::accept}, {"reject", Unknown::reject}});
    options.recorder = s.size("recorder", options.recorder,
                              "Memory for the last frames of all devices together; 0B: none are kept.", {0, 1 << 30});
  });
  return options;
}

SourceOptions SourceOptions::read(config::Section& adapter) {
  SourceOptions options;
  options.tags = read_tags(adapter, "Names and values that go with each of its messages.");
  options.commands =
      adapter.texts("commands", config::Default<std::vector<std::string>>(std::vector<std::string>(), "none"),
                    "Commands of the protocol that its devices may be given; also `raw` and `json`.");
  return options;
}

void SourceOptions::read_limits(config::Section& limits, bool connections) {
  expected_interval = limits.optional_duration("expected_interval", "A device that said nothing for so long is late.");
  rate = limits.optional_rate("rate", "Messages of each device in a time.");
  if (const auto most = limits.optional_integer("burst", "Messages at once, above the rate. Default: 5 x rate.", {1}))
    burst = static_cast<double>(*most);
  when_over = limits.choice<WhenOver>(
      "when_over", connections ? WhenOver::delay : WhenOver::drop,
      "What becomes of messages above the rate: its connection is not read, or they are dropped and counted.",
      {{"delay", WhenOver::delay}, {"drop", WhenOver::drop}});
}

}  // namespace fieldgate::device
