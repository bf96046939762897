// CommandJournal: one job at a time.
#include "device/command_journal.hpp"

#include <utility>

#include "buffer/dead_letter_file.hpp"

namespace fieldgate::device {

using std::chrono::steady_clock;

namespace {

constexpr std::size_t most_at_once = 256;
constexpr auto purge_interval = std::chrono::minutes(10);
constexpr auto kept_for = std::chrono::hours(24);
constexpr auto look_again_after = std::chrono::milliseconds(20);
constexpr auto longest_read = std::chrono::seconds(2);

/// Our own statements are right: what SQLite does not understand is the file's.
bool is_damage(const Error& error) { return error.reason == "corrupt" || error.reason == "sql"; }

}  // namespace

CommandJournal::CommandJournal(reactor::Reactor& reactor, std::filesystem::path file, telemetry::Metrics& metrics,
                               telemetry::Log log, Owner owner)
    : log_(std::move(log)),
      damaged_(metrics.counter("fieldgate_commands_damaged_total", {},
                               "How often the file of the commands was damaged, and put aside.")),
      forgotten_(metrics.counter("fieldgate_commands_forgotten_total", {},
                                 "Commands forgotten before 24 hours after their end, since there were too many.")),
      owner_(std::move(owner)),
      backoff_(std::chrono::seconds(1), std::chrono::minutes(1)),
      again_(reactor.io()),
      worker_(reactor) {
  disk_->path = std::move(file);
}

/// `last`: the error after which it is opened again.
void CommandJournal::open(Disk& disk, const std::optional<Error>& last, bool first, Opened& opened) {
  disk.store.reset();
  const auto attempt = [&]() -> Result<void> {
    if (last && is_damage(*last) && opened.damage.empty()) return *last;
    auto store = CommandStore::open(disk.path);
    if (!store) return store.error();
    if (first) {
      auto left = store->open_commands();
      if (!left) return left.error();
      const auto number = store->last_number();
      if (!number) return number.error();
      opened.left = {std::move(*left), *number};
    }
    disk.store.emplace(std::move(*store));
    return {};
  };
  opened.result = attempt();
  if (opened.result || !is_damage(opened.result.error()) || disk.path.empty()) return;
  const auto aside = buffer::set_aside(disk.path, Instant::now().wall);
  if (!aside) {
    opened.result = Error{"io", opened.result.error().text + "; " + aside.error().text};
    return;
  }
  opened.damage = opened.result.error().text + "; it is now " + aside->string();
  opened.result = attempt();
}

Result<void> CommandJournal::run(CommandStore& store, const Batch& batch, Outcome& outcome) {
  if (auto begun = store.database().run("BEGIN IMMEDIATE"); !begun) return begun;
  outcome.seen.resize(batch.size());
  Result<void> done;
  for (std::size_t i = 0; done && i < batch.size(); ++i) {
    if (batch[i].unless_since) {
      auto seen = store.seen(batch[i].command, *batch[i].unless_since);
      if (!seen) done = seen.error();
      if (seen) outcome.seen[i] = std::move(*seen);
    }
    if (done && !outcome.seen[i]) done = store.put(batch[i].command);
  }
  if (done) done = store.database().run("COMMIT");
  if (!done) static_cast<void>(store.database().run("ROLLBACK"));  // where SQLite has done so itself, nothing is left
  return done;
}

void CommandJournal::write(Write write) {
  waiting_.push_back(std::move(write));
  turn();
}

void CommandJournal::turn() {
  if (running_ || closed_) return;
  const auto now = steady_clock::now();
  if (!open_) {
    if (failing_ && again_.expiry() > now) return;
    return run_open();
  }
  if (!waiting_.empty()) return run_writes();
  if (now >= purge_at_) run_purge();
}

void CommandJournal::run_open() {
  running_ = true;
  const auto opened = std::make_shared<Opened>();
  worker_.run([disk = disk_, opened, last = last_error_, first = !told_] { open(*disk, last, first, *opened); },
              [this, opened] {
                running_ = false;
                if (!opened->damage.empty()) {
                  ++damaged_;
                  begun_anew_ = true;
                  log_.error("{}: the file of the commands was damaged, and another is begun{}: {}",
                             disk_->path.string(), told_ ? "" : "; commands that waited in it are lost",
                             opened->damage);
                }
                if (!opened->result) return failed(opened->result.error());
                open_ = true;
                failing_ = false;
                last_error_.reset();
                if (std::exchange(begun_anew_, false) && told_) owner_.emptied();
                if (!std::exchange(told_, true)) owner_.opened(std::move(opened->left));
                turn();
              });
}

void CommandJournal::run_writes() {
  running_ = true;
  writing_ = std::make_shared<Batch>();
  while (!waiting_.empty() && writing_->size() < most_at_once) {
    writing_->push_back(std::move(waiting_.front()));
    waiting_.pop_front();
  }
  const auto outcome = std::make_shared<Outcome>();
  worker_.run([disk = disk_, batch = writing_, outcome] { outcome->result = run(*disk->store, *batch, *outcome); },
              [this, outcome] {
                running_ = false;
                finish(*outcome);
              });
}

void CommandJournal::finish(const Outcome& outcome) {
  Batch batch = std::move(*std::exchange(writing_, nullptr));
  if (!outcome.result) {
    for (std::size_t i = batch.size(); i-- > 0;) waiting_.push_front(std::move(batch[i]));
    return failed(outcome.result.error());
  }
  if (std::exchange(troubled_, false)) log_.info("{}: the disk takes commands again", disk_->path.string());
  backoff_.reset();
  for (std::size_t i = 0; i < batch.size(); ++i) {
    if (batch[i].done) batch[i].done(nullptr, outcome.seen[i] ? &*outcome.seen[i] : nullptr);
  }
  turn();
}

void CommandJournal::run_purge() {
  running_ = true;
  purge_at_ = steady_clock::now() + purge_interval;
  const auto result = std::make_shared<Result<std::uint64_t>>(Result<std::uint64_t>(std::uint64_t{0}));
  worker_.run([disk = disk_, result] { *result = disk->store->purge(Instant::now().wall - kept_for); },
              [this, result] {
                running_ = false;
                if (!*result) return failed(result->error());
                if (const std::uint64_t forgotten = **result; forgotten > 0) {
                  forgotten_ += forgotten;
                  log_.limited(telemetry::Level::warn, "forgotten",
                               "{} ended commands are forgotten before their 24 hours, since there are too many",
                               forgotten);
                }
                turn();
              });
}

/// What need not be written is given back, in the order in which it came.
void CommandJournal::failed(const Error& error) {
  open_ = false;
  const bool damaged = is_damage(error) && !troubled_;  // that is mended at once
  failing_ = troubled_ = true;
  last_error_ = error;
  log_.limited(telemetry::Level::error, error.reason,
               "{}: {}; no command is taken until the disk does it; it is tried again", disk_->path.string(),
               error.text);
  again_.expires_after(damaged ? Duration(0) : backoff_.next(reactor::random_number()));
  again_.async_wait([this, alive = std::weak_ptr<const bool>(alive_)](const error_code& ec) {
    if (!ec && !alive.expired()) turn();
  });
  std::deque<Write> refused = std::exchange(waiting_, {});
  for (Write& write : refused) {
    if (write.must) waiting_.push_back(std::move(write));
  }
  for (const Write& write : refused) {
    if (!write.must && write.done) write.done(&error, nullptr);
  }
}

Awaitable<std::vector<CommandStatus>> CommandJournal::read(Query query) {
  const auto found = std::make_shared<std::vector<CommandStatus>>();
  if (closed_) co_return *found;
  std::function<void()> job = [disk = disk_, found, query = std::move(query)] {
    if (!disk->store) return;
    if (auto read = query(*disk->store)) *found = std::move(*read);
  };
  const auto done = std::make_shared<bool>(false);
  const auto patience = std::make_shared<Timer>(again_.get_executor(), longest_read);
  worker_.run(std::move(job), [done, patience] {
    *done = true;
    patience->cancel();
  });
  error_code ignored;
  co_await patience->async_wait(into(ignored));
  if (!*done) co_return std::vector<CommandStatus>();  // the thread may write there still
  co_return std::move(*found);
}

Awaitable<> CommandJournal::close(steady_clock::time_point end) {
  again_.cancel();
  while ((running_ || !waiting_.empty()) && !failing_ && steady_clock::now() < end)
    co_await reactor::sleep(look_again_after);
  closed_ = true;
  if (running_) co_return;
  std::function<void()> job = [disk = disk_] { disk->store.reset(); };
  const auto shut = std::make_shared<bool>(false);
  worker_.run(std::move(job), [shut] { *shut = true; });
  while (!*shut && steady_clock::now() < end) co_await reactor::sleep(look_again_after);
}

}  // namespace fieldgate::device
