// Looking: one query on the table of StoreRow.
#include "buffer/look.hpp"

#include "storage/database.hpp"

namespace fieldgate::buffer {

Result<Waiting> look(const std::filesystem::path& file) {
  Result<storage::Database> database = storage::Database::open_to_read(file);
  if (!database) return database.error();
  auto sums = database->prepare("SELECT sum(messages), sum(bytes), min(wall) FROM batches");
  if (!sums) return sums.error();
  if (const Result<bool> row = sums->step(); !row) return row.error();
  Waiting waiting{static_cast<std::uint64_t>(sums->integer(0)), static_cast<std::uint64_t>(sums->integer(1)), {}};
  const auto written = std::chrono::nanoseconds(sums->integer(2));
  if (waiting.messages > 0) waiting.oldest = TimePoint(std::chrono::duration_cast<Duration>(written));
  return waiting;
}

}  // namespace fieldgate::buffer
