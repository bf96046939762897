// Options: the buffer of a sink.
#include "buffer/options.hpp"

namespace fieldgate::buffer {

namespace {

constexpr std::int64_t smallest_memory = 4096;
constexpr std::int64_t smallest_disk = 1024 * 1024;
constexpr std::int64_t largest = std::int64_t{1} << 40;

void check(config::Section& s, const Options& options, std::size_t largest_batch) {
  if (options.type == Type::disk && options.max_size < static_cast<std::size_t>(smallest_disk))
    s.error("max_size", "of a disk buffer must be at least 1MiB");
  if (options.max_size < 4 * largest_batch)
    s.error("max_size", "must be at least four times the sink's batch.max_bytes (" +
                            std::to_string(largest_batch / 1024) + "KiB): raise it, or lower batch.max_bytes to " +
                            std::to_string(options.max_size / 4 / 1024) + "KiB");
  if (options.max_age && options.max_age->count() == 0)
    s.error("max_age", "0s would give up every message at once; leave it out, or write none, for no limit");
  if (options.backlog_rate && options.order != Order::live_first)
    s.error("backlog_rate", "has a meaning only with 'order: live_first'");
}

}  // namespace

Options Options::read(config::Section& sink, std::size_t largest_batch) {
  Options options;
  sink.section("buffer", "Holds messages until the sink has confirmed them.", [&](config::Section& s) {
    options.type = s.choice<Type>("type", Type::memory,
                                  "memory: survives an outage of the sink; disk: also a kill and a power cut.",
                                  {{"memory", Type::memory}, {"disk", Type::disk}});
    options.max_size =
        s.size("max_size", options.max_size, "Bytes of encoded messages that it holds; of a disk buffer at least 1MiB.",
               {smallest_memory, largest});
    options.max_age =
        s.optional_duration("max_age", "A message that waited longer is given up and counted as expired.");
    options.when_full = s.choice<WhenFull>(
        "when_full", WhenFull::block, "block: devices are not read; drop_oldest, drop_newest: what is lost is counted.",
        {{"block", WhenFull::block}, {"drop_oldest", WhenFull::drop_oldest}, {"drop_newest", WhenFull::drop_newest}});
    options.order = s.choice<Order>("order", Order::oldest_first,
                                    "After an outage: oldest_first; or live_first, new messages at once and what "
                                    "waited beside them.",
                                    {{"oldest_first", Order::oldest_first}, {"live_first", Order::live_first}});
    options.backlog_rate =
        s.optional_rate("backlog_rate", "With live_first: messages of the backlog that go in a time.");
    check(s, options, largest_batch);
  });
  return options;
}

}  // namespace fieldgate::buffer
