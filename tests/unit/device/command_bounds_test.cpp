// Very many commands for devices that are away: how many wait, in which order they go, and who is refused.
#include "unit/device/commands_run.hpp"

namespace fieldgate::device {
namespace {

std::string relay(const std::string& device, const std::string& state) {
  return R"({"device":")" + device + R"(","command":"relay","args":{"state":")" + state + "\"}}";
}

/// Without the text of ten thousand changes.
std::size_t told(const Run& run, CommandState state) {
  const std::string sample = "fieldgate_commands_total{state=\"" + std::string(name_of(state)) + "\"} ";
  const std::string all = run.metrics.prometheus();
  const std::size_t at = all.find(sample);
  return at == std::string::npos ? 0 : std::stoul(all.substr(at + sample.size()));
}

TEST_CASE("ten thousand commands wait for devices that are away, and the next is refused with the reason") {
  Run run({});
  constexpr std::size_t flood = Commands::max_of_a_device + 100;
  run.submit(relay("flood", "first"));
  REQUIRE(run.until_told("queued "));
  for (std::size_t i = 1; i < flood; ++i) run.submit(relay("flood", std::to_string(i)));
  REQUIRE(test::run_until(run.reactor, [&] { return told(run, CommandState::queued) == Commands::max_of_a_device; }));
  CHECK(told(run, CommandState::refused) == flood - Commands::max_of_a_device);
  std::size_t submitted = Commands::max_of_a_device;
  for (std::size_t device = 0; submitted < Commands::max_waiting; ++device) {
    for (const char* state : {"a", "b"}) {
      run.submit(relay(std::to_string(device), state));
      ++submitted;
    }
  }
  REQUIRE(test::run_until(
      run.reactor, [&] { return told(run, CommandState::queued) == Commands::max_waiting; }, 60s));
  CHECK(run.commands->waiting() == Commands::max_waiting);
  CHECK(told(run, CommandState::refused) == flood - Commands::max_of_a_device);
  run.told_text.clear();
  run.submit(relay("another", "a"));
  REQUIRE(run.until_told("refused "));
  CHECK(run.last.error == "queue: 10000 commands wait in all already");
  run.submit(relay("flood", "a"));
  CHECK(run.last.error == "queue: 64 commands wait for the device already");
  // A device that comes has its own, in their order; then there is room again.
  run.say("{\"id\":\"7\"}\n");
  REQUIRE(run.until_heard("RELAY a\n"));
  run.say("{\"id\":\"7\",\"ok\":1}\n");
  REQUIRE(run.until_heard("RELAY a\nRELAY b\n"));
  run.say("{\"id\":\"7\",\"ok\":1}\n");
  REQUIRE(test::run_until(run.reactor, [&] { return run.commands->waiting() == Commands::max_waiting - 2; }));
  run.told_text.clear();
  run.submit(relay("another", "a"));
  REQUIRE(run.until_told("queued "));
}

TEST_CASE("the bytes of all commands that wait are bounded") {
  Run run({});
  run.submit(relay("first", ""));
  REQUIRE(run.until_told("queued "));
  constexpr std::size_t size = 1024 * 1024;
  constexpr std::size_t most = Commands::max_waiting_bytes / size;
  for (std::size_t i = 0; i < most; ++i) {
    CommandRequest request = parse_command(relay("d" + std::to_string(i), "on")).request;
    request.from = "sink cloud";
    request.correlation.assign(size, 'x');
    run.commands->submit(std::move(request), {"relay"});
  }
  run.submit(relay("another", "a"));
  CHECK(run.last.error == "queue: commands of 64 MiB wait in all already");
  REQUIRE(test::run_until(run.reactor, [&] { return told(run, CommandState::queued) == 1 + most; }));
  run.submit(relay("another", "a"));
  CHECK(run.last.error == "queue: commands of 64 MiB wait in all already");
}

}  // namespace
}  // namespace fieldgate::device
