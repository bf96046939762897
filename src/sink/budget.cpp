// Budget: slots of the last period.
#include "sink/budget.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "config/values.hpp"

namespace fieldgate::sink {

Result<Budget::Options> Budget::Options::parse(std::string_view text) {
  constexpr std::string_view hint = "write a size and a period of s, m, h or d, like 5MiB/d or 100KiB/h";
  const std::size_t slash = text.find('/');
  const std::string_view unit = slash == std::string_view::npos ? std::string_view() : text.substr(slash + 1);
  Options options;
  if (unit == "s") options.period = std::chrono::seconds(1);
  if (unit == "m") options.period = std::chrono::minutes(1);
  if (unit == "h") options.period = std::chrono::hours(1);
  if (unit == "d") options.period = std::chrono::hours(24);
  if (options.period == Duration()) {
    return Error{"config", fmt::format("{} is no budget: {}", config::in_quotes(text), hint)};
  }
  const auto size = config::parse_size(text.substr(0, slash));
  if (!size || *size <= 0) {
    return Error{"config", fmt::format("{} is no budget: {}", config::in_quotes(text), hint)};
  }
  options.bytes = static_cast<std::uint64_t>(*size);
  return options;
}

void Budget::forget(Time now) {
  while (!slots_.empty() && slots_.front().ends + options_.period <= now) {
    total_ -= slots_.front().bytes;
    slots_.pop_front();
  }
}

void Budget::spend(std::uint64_t bytes, Time now) {
  forget(now);
  if (bytes == 0) return;
  if (slots_.empty() || slots_.back().ends <= now) slots_.push_back({now + width(), 0});
  slots_.back().bytes += bytes;
  total_ += bytes;
}

std::uint64_t Budget::left(Time now) {
  forget(now);
  return options_.bytes - std::min(options_.bytes, total_);
}

Budget::Time Budget::when(std::uint64_t bytes, Time now) {
  forget(now);
  const std::uint64_t allowed = options_.bytes - std::min(bytes, options_.bytes);
  std::uint64_t total = total_;
  Time time = now;
  for (const Slot& slot : slots_) {
    if (total <= allowed) break;
    total -= slot.bytes;
    time = slot.ends + options_.period;
  }
  return time;
}

std::vector<Budget::Spent> Budget::spent(Time now) {
  forget(now);
  std::vector<Spent> all;
  for (const Slot& slot : slots_) {
    all.push_back(
        {std::chrono::duration_cast<Duration>(std::max(now - slot.ends, Time::duration::zero())), slot.bytes});
  }
  return all;
}

void Budget::restore(const std::vector<Spent>& spent, Time now) {
  for (const Spent& each : spent) {
    if (each.age >= options_.period) continue;
    slots_.push_back({now - each.age, each.bytes});
    total_ += each.bytes;
  }
  std::stable_sort(slots_.begin(), slots_.end(), [](const Slot& a, const Slot& b) { return a.ends < b.ends; });
}

}  // namespace fieldgate::sink
