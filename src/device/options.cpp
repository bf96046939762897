// The options of `devices:`, and those of adapters that are about devices.
#include "device/options.hpp"

#include "config/node.hpp"
#include "device/registry_reader.hpp"

namespace fieldgate::device {

namespace {

void read_registry(config::Section& s, Registry& registry) {
  RegistryReader reader(s, registry);
  config::Description list;
  list.name = "list";
  list.type = "map of ids to tags";
  list.meaning = "Devices that are registered, each with its tags: { meter-1: { site: hall-a } }; an id may be a glob.";
  s.claim(std::move(list));
  const auto file =
      s.path("file", config::Default<std::string>("", "none"),
             "More of them: a CSV file with a header, `id` first, or such a list as YAML. A column or tag "
             "`secret` is what `protocol.secret` must be.");
  if (s.describing()) return;
  if (s.has("list")) reader.read_list(*s.node("list"));
  if (!file.empty()) reader.read_file(file);
  reader.finish();
}

}  // namespace

Tags read_tags(config::Section& section, std::string_view meaning) {
  const auto texts = section.text_map("tags", meaning);
  for (const auto& [name, value] : texts) {
    if (const std::string wrong = wrong_tag_name(name); !wrong.empty())
      section.error(section.node("tags")->entry(name)->mark, "tags", wrong);
  }
  return {texts.begin(), texts.end()};
}

Options Options::read(config::Section& root) {
  Options options;
  const auto registry = std::make_shared<Registry>();
  root.section("devices", "The devices that are known, and what becomes of others.", [&](config::Section& s) {
    options.unknown = s.choice<Unknown>("unknown", Unknown::accept, "What becomes of a device that is not registered.",
                                        {{"accept", Unknown::accept}, {"reject", Unknown::reject}});
    read_registry(s, *registry);
    if (options.unknown == Unknown::reject && !s.has("list") && !s.has("file"))
      s.warning("unknown", "no device is registered, so all are rejected: give a 'list' or a 'file'");
    options.recorder = s.size("recorder", options.recorder,
                              "Memory for the last frames of all devices together; 0B: none are kept.", {0, 1 << 30});
  });
  options.registry = registry;
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
  if (!connections && limits.has("when_over") && limits.node("when_over")->text == "delay")
    limits.error("when_over", "only connections can be delayed; here what is over the rate is dropped: write 'drop'");
  when_over = limits.choice<WhenOver>(
      "when_over", connections ? WhenOver::delay : WhenOver::drop,
      "What becomes of messages above the rate: its connection is not read, or they are dropped and counted.",
      {{"delay", WhenOver::delay}, {"drop", WhenOver::drop}});
}

}  // namespace fieldgate::device
