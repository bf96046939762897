// StoreRow: columns and checksum; StoreClock: times across restarts.
#include "buffer/store_row.hpp"

#include <zlib.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <fstream>
#include <memory>
#include <string>
#include <utility>

namespace fieldgate::buffer {
namespace {

/// The first 63 bits of the kernel's random id of this boot.
std::int64_t boot_id() {
  std::ifstream file("/proc/sys/kernel/random/boot_id");
  std::string text;
  std::getline(file, text);
  std::erase(text, '-');
  std::uint64_t id = 0;
  std::from_chars(text.data(), text.data() + std::min<std::size_t>(text.size(), 16), id, 16);
  return static_cast<std::int64_t>(id >> 1);
}

std::int64_t nanoseconds(auto duration) {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(duration).count();
}

}  // namespace

StoreClock StoreClock::now() {
  static const std::int64_t boot = boot_id();
  return {boot, nanoseconds(std::chrono::steady_clock::now().time_since_epoch()),
          nanoseconds(std::chrono::system_clock::now().time_since_epoch())};
}

std::chrono::steady_clock::duration StoreClock::shift_to(const StoreClock& now) const {
  if (boot != 0 && boot == now.boot) return {};
  const std::int64_t passed = std::max<std::int64_t>(now.wall - wall, 0);
  return std::chrono::nanoseconds(now.steady - steady - passed);
}

StoreRow StoreRow::of(const Row& row, const StoreClock& clock, Epoch epoch) {
  const Batch::Parts parts = row.batch->parts();
  StoreRow stored{.id = static_cast<std::int64_t>(row.id),
                  .lane = row.lane,
                  .epoch = row.batch->epoch() != 0 ? row.batch->epoch() : epoch,
                  .messages = static_cast<std::int64_t>(row.batch->size()),
                  .bytes = static_cast<std::int64_t>(row.batch->bytes()),
                  .clock = clock,
                  .keys = parts.keys,
                  .records = parts.records,
                  .text = parts.text};
  stored.crc = stored.checksum();
  return stored;
}

StoreRow StoreRow::read(const storage::Statement& s) {
  return {.id = s.integer(0),
          .lane = s.integer(1),
          .epoch = s.integer(2),
          .messages = s.integer(3),
          .bytes = s.integer(4),
          .clock = {.boot = s.integer(5), .steady = s.integer(6), .wall = s.integer(7)},
          .crc = s.integer(8),
          .keys = s.blob(9),
          .records = s.blob(10),
          .text = s.blob(11)};
}

void StoreRow::bind(storage::Statement& s) const {
  s.bind(1, id).bind(2, lane).bind(3, epoch).bind(4, messages).bind(5, bytes);
  s.bind(6, clock.boot).bind(7, clock.steady).bind(8, clock.wall).bind(9, crc);
  s.bind(10, keys).bind(11, records).bind(12, text);
}

std::int64_t StoreRow::checksum() const {
  const std::array<std::int64_t, 8> numbers{id, lane, epoch, messages, bytes, clock.boot, clock.steady, clock.wall};
  uLong sum = crc32_z(0, reinterpret_cast<const Bytef*>(numbers.data()), sizeof numbers);
  for (const Bytes part : {keys, records, text}) {
    sum = crc32_z(sum, reinterpret_cast<const Bytef*>(part.data() == nullptr ? "" : part.data()), part.size());
  }
  return static_cast<std::int64_t>(sum);
}

bool StoreRow::intact() const { return crc == checksum(); }

std::optional<Row> StoreRow::restore(const StoreClock& now) const {
  if (!intact()) return std::nullopt;
  std::optional<Batch> batch = Batch::restore({text, keys, records}, static_cast<Epoch>(epoch), clock.shift_to(now));
  if (!batch || batch->size() != static_cast<std::size_t>(messages)) return std::nullopt;
  return Row{static_cast<RowId>(id), static_cast<std::uint32_t>(lane),
             std::make_shared<const Batch>(*std::move(batch))};
}

}  // namespace fieldgate::buffer
