// Memory: queues of batches, and their reuse.
#include "buffer/memory.hpp"

#include <iterator>
#include <utility>

namespace fieldgate::buffer {

Options Options::read(config::Section& sink, std::size_t largest_batch) {
  Options options;
  enum class Type : std::uint8_t { memory };
  sink.section("buffer", "Holds messages until the sink has confirmed them.", [&](config::Section& s) {
    s.choice<Type>("type", Type::memory, "memory: survives an outage of the sink, not a restart of the gateway.",
                   {{"memory", Type::memory}});
    options.max_size =
        s.size("max_size", options.max_size, "Bytes of encoded messages that it holds.", {4096, std::int64_t{1} << 40});
    options.max_age =
        s.optional_duration("max_age", "A message that waited longer is given up and counted as expired.");
    options.when_full = s.choice<WhenFull>(
        "when_full", WhenFull::block, "block: devices are not read; drop_oldest, drop_newest: what is lost is counted.",
        {{"block", WhenFull::block}, {"drop_oldest", WhenFull::drop_oldest}, {"drop_newest", WhenFull::drop_newest}});
    if (options.max_size < 4 * largest_batch) {
      s.error("max_size", "must be at least four times the sink's batch.max_bytes");
    }
  });
  return options;
}

void Memory::push(std::size_t lane, Batch batch) { lanes_[lane].push_back(std::move(batch)); }

void Memory::pop(std::size_t lane) {
  recycle(std::move(lanes_[lane].front()));
  lanes_[lane].pop_front();
}

std::optional<Batch> Memory::take_oldest() {
  std::list<Batch>* oldest = nullptr;
  for (auto& lane : lanes_) {
    if (lane.size() > 1 && (!oldest || std::next(lane.begin())->receipt(0) < std::next(oldest->begin())->receipt(0)))
      oldest = &lane;
  }
  if (!oldest) return std::nullopt;
  const auto second = std::next(oldest->begin());
  Batch batch = std::move(*second);
  oldest->erase(second);
  return batch;
}

Batch Memory::blank() {
  if (spare_.empty()) return {};
  Batch batch = std::move(spare_.back());
  spare_.pop_back();
  return batch;
}

void Memory::recycle(Batch batch) {
  if (spare_.size() >= max_spare) return;
  batch.clear();
  spare_.push_back(std::move(batch));
}

}  // namespace fieldgate::buffer
