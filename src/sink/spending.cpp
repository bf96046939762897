// Spending: the file ahead of the wire.
#include "sink/spending.hpp"

#include <algorithm>

#include "config/read_file.hpp"
#include "sink/budget_file.hpp"

namespace fieldgate::sink {

namespace {

using std::chrono::steady_clock;

/// Of the budget: as much is lost with a kill, and so often is the file written in a period.
constexpr std::uint64_t steps = 32;

/// But at least what some small requests take: of a small budget, heads would eat up most.
constexpr std::uint64_t least_ahead = 2048;

/// What a request costs at the least, as long as none was seen: a run must not begin with more than is left.
constexpr std::uint64_t first_guess = 512;

/// Costs are remembered over some tens of deliveries.
constexpr double forgetting = 0.95;

}  // namespace

Spending::Spending(const Budget::Options& options, std::filesystem::path file, telemetry::Log log)
    : budget_(options),
      file_(std::move(file)),
      log_(std::move(log)),
      smallest_(std::min(first_guess, options.bytes / 8)) {
  if (options.period <= std::chrono::seconds(1)) file_.clear();
  std::error_code ignored;
  if (file_.empty() || !std::filesystem::exists(file_, ignored)) return;
  const auto text = config::read_file(file_);
  auto spent = text ? read_spent(*text, Moment::now()) : Result<std::vector<Budget::Spent>>(text.error());
  if (spent) {
    budget_.restore(*spent, steady_clock::now());
  } else {
    log_.warn("cannot read what is spent of the budget in {}: {}; counting from nothing", file_.string(),
              spent.error().text);
  }
}

std::uint64_t Spending::step() const {
  const std::uint64_t bytes = budget_.options().bytes;
  return std::max({bytes / steps, std::min(bytes / 2, least_ahead) / 2, std::uint64_t{1}});
}

Spending::Time Spending::next(Time now) { return budget_.when(std::max<std::uint64_t>(smallest_, 1), now); }

Awaitable<> Spending::save(reactor::Reactor& reactor) {
  const std::uint64_t more = 2 * step();
  auto spent = budget_.spent(steady_clock::now());
  spent.push_back({Duration(), more});
  ahead_ = more;  // from now on, so that what ends while the file is written counts
  const auto result = std::make_shared<Result<void>>();
  std::function<void()> job = [result, path = file_, spent = std::move(spent)] {
    *result = replace_file(path, write_spent(spent, Moment::now()));
  };
  co_await reactor.blocking(std::move(job));
  if (*result) co_return;
  log_.limited(telemetry::Level::error, "budget_file",
               "what is spent of the budget would not survive a restart: {}; going on", result->error().text);
}

std::uint64_t Spending::records_now(Time now) {
  if (cost_ <= 0) return 0;  // nothing is known of what a record costs
  const std::uint64_t left = file_.empty() ? budget_.left(now) : std::min(budget_.left(now), ahead_);
  const double share = static_cast<double>(left) / static_cast<double>(under_way_ + 1);
  return static_cast<std::uint64_t>(share * records_ / cost_);
}

void Spending::begin(std::uint64_t bytes) {
  pending_ += static_cast<double>(bytes);
  ++under_way_;
}

void Spending::end(std::uint64_t sent, bool whole, Time now) {
  const double records = under_way_ > 0 ? pending_ / static_cast<double>(under_way_) : 0;
  pending_ -= records;
  under_way_ -= under_way_ > 0 ? 1 : 0;
  budget_.spend(sent, now);
  ahead_ -= std::min(ahead_, sent);
  if (sent == 0) return;
  smallest_ = std::min(sent, smallest_ + smallest_ / 16 + 1);
  if (!whole) return;
  records_ = records_ * forgetting + records;
  cost_ = cost_ * forgetting + static_cast<double>(sent);
}

}  // namespace fieldgate::sink
