// Commands::Book: what is taken, what is refused and why, and what is on disk of it.
#include "device/command_book.hpp"

#include <algorithm>

#include "config/problem.hpp"

namespace fieldgate::device {

namespace {

/// For commands that wait for no device: how old they may be, and how long one may be busy with another.
constexpr auto least_lifetime = std::chrono::seconds(10);
constexpr std::size_t max_device = 256;
constexpr std::size_t max_kept_text = 64 * 1024;

bool is_own(const std::string& name) { return name == "raw" || name == "json"; }

std::string key_of(const CommandRequest& request) {
  if (!request.id.empty()) return "i" + request.id;
  const SipHash hash(0, 0);
  const std::string whole = request.name + '\0' + (request.framed ? "f" : "") + '\0' + request.content;
  return "h" + std::to_string(hash(whole)) + "." + std::to_string(whole.size());
}

/// Why no adapter lets devices be given it: it may not be allowed, or there may be none that is called so.
std::string not_allowed(const std::string& name, const std::vector<const Source*>& sources, bool known) {
  std::vector<std::string_view> names;
  for (const Source* source : sources) {
    if (source->protocol == nullptr) continue;
    for (const auto& [other, command] : source->protocol->config().commands) names.push_back(other);
  }
  if (!is_own(name) && std::find(names.begin(), names.end(), name) == names.end())
    return "there is no command '" + name + "'" + config::did_you_mean(name, names);
  const std::string where = known ? "adapters." + sources.front()->adapter + ".commands does not name '"
                                  : std::string("the option commands of no adapter names '");
  return where + name + "': write it there to let devices be given it";
}

}  // namespace

Commands::Book::Book(reactor::Reactor& on, Devices& known, std::filesystem::path file, telemetry::Metrics& counts,
                     telemetry::Log to)
    : reactor(on),
      devices(known),
      metrics(counts),
      log(std::move(to)),
      timer(on.io()),
      journal(on, std::move(file), counts, log,
              {[this](CommandJournal::Left left) { recover(std::move(left)); }, [this] { write_all(); }}) {}

Commands::Book::Entry* Commands::Book::find(std::int64_t number) {
  const auto found = entries.find(number);
  return found == entries.end() ? nullptr : &found->second;
}

void Commands::Book::tell(const CommandStatus& status) {
  const CommandRequest& request = status.request;
  log.info("{}: '{}' for {}{}: {}{}{}", request.from, telemetry::escaped(request.name),
           telemetry::escaped(request.device, max_device),
           request.id.empty() ? "" : ", id " + telemetry::escaped(request.id, CommandRequest::max_id),
           name_of(status.state), status.error.empty() ? "" : ": " + telemetry::escaped(status.error, 256),
           status.state == CommandState::queued || status.number == 0 ? "; " + shown(request) : "");
  ++metrics.counter("fieldgate_commands_total", {{"state", std::string(name_of(status.state))}},
                    "Changes of commands, by the state that they came to.");
  const auto asker = askers.find(request.from);
  if (asker != askers.end()) asker->second->told(status);
}

std::string Commands::Book::no_room(const std::string& device) const {
  if (journal.is_failing()) return "disk: the file of the commands cannot be written now; the log says why";
  const auto line = lines.find(device);
  if (line != lines.end() && line->second.total >= max_of_a_device)
    return "queue: " + std::to_string(max_of_a_device) + " commands wait for the device already";
  if (memory >= max_waiting_bytes)
    return "queue: commands of " + std::to_string(max_waiting_bytes >> 20) + " MiB wait in all already";
  if (entries.size() >= max_waiting) return "queue: " + std::to_string(max_waiting) + " commands wait in all already";
  return {};
}

/// Of all adapters on which the device may be.
Commands::Book::Verdict Commands::Book::check(const CommandRequest& request) const {
  const auto view = devices.find(request.device);
  std::vector<const Source*> sources;
  if (view && view->source != nullptr) {
    sources.push_back(view->source);
  } else {
    sources = devices.sources();
  }
  Verdict verdict{CommandState::refused, {}, {}, true};
  bool allowed = false;
  bool fits = false;
  for (const Source* source : sources) {
    const auto& names = source->options.commands;
    if (source->protocol == nullptr || std::find(names.begin(), names.end(), request.name) == names.end()) continue;
    allowed = true;
    const auto bytes = source->protocol->bytes_of({request.name, request.content, request.device, request.framed});
    if (!bytes && verdict.error.empty()) verdict.error = std::string(bytes.error().reason) + ": " + bytes.error().text;
    if (!bytes) continue;
    fits = true;
    if (is_own(request.name)) continue;
    const protocol::Command& command = source->protocol->config().commands.find(request.name)->second;
    verdict.lifetime = std::max(verdict.lifetime, command.expires);
    verdict.repeatable = verdict.repeatable && command.exchange.retries > 0;
  }
  if (is_own(request.name)) verdict.repeatable = false;
  if (!allowed) {
    verdict.error = "not_allowed: " + not_allowed(request.name, sources, view && view->source != nullptr);
    return verdict;
  }
  if (fits) verdict = {CommandState::queued, {}, verdict.lifetime, verdict.repeatable};
  return verdict;
}

Commands::Book::Verdict Commands::Book::judge(const CommandRequest& request, const std::vector<std::string>& allowed,
                                              const Instant& now) const {
  const auto refused = [](std::string error) { return Verdict{CommandState::refused, std::move(error), {}, false}; };
  if (request.device.empty()) return refused("device: the command does not say which device is meant");
  if (request.device.size() > max_device || request.id.size() > CommandRequest::max_id ||
      request.content.size() > CommandRequest::max_size)
    return refused("too_large: a device's name has 256 bytes at most, an id 128, and what is asked 64 KiB");
  if (std::find(allowed.begin(), allowed.end(), request.name) == allowed.end())
    return refused("not_allowed: " + request.from + " may not give '" + request.name +
                   "': name it in its list of commands (option allow)");
  if (stopping) return refused("stopping: the gateway stops");
  if (!devices.may_exist(request.device))
    return refused("unknown_device: '" + request.device + "' is not registered (option devices)");
  Verdict verdict = check(request);
  if (!verdict.error.empty()) return verdict;
  const Duration lifetime = verdict.lifetime > Duration(0) ? verdict.lifetime : Duration(least_lifetime);
  if (request.issued && now.wall - *request.issued > lifetime)
    return {CommandState::expired, "expired: it is older than its 'expires', by its 'time'", {}, false};
  const auto view = devices.find(request.device);
  if (verdict.lifetime <= Duration(0) && !is_reachable(view))
    return refused("absent: the device is not there, and the command waits for none (option expires)");
  if (std::string full = no_room(request.device); !full.empty()) return refused(std::move(full));
  return verdict;
}

void Commands::Book::submit(CommandRequest request, const std::vector<std::string>& allowed) {
  const Instant now = Instant::now();
  if (!recovered && !journal.is_failing() && early.size() < max_of_a_device * 4)
    return early.push_back({std::move(request), allowed, now.steady + acceptance_time}), keep_time();
  Verdict verdict = judge(request, allowed, now);
  if (!recovered && verdict.error.empty()) verdict = {CommandState::refused, "disk: it is not yet read", {}, false};
  if (!verdict.error.empty()) return turn_away(std::move(request), verdict.state, std::move(verdict.error));
  CommandStatus status;
  status.accepted = status.changed = now.wall;
  status.request = std::move(request);
  const Duration lifetime = verdict.lifetime > Duration(0) ? verdict.lifetime : Duration(least_lifetime);
  status.number = ++last_number;
  // A time ahead is not trusted: then it counts from its arrival.
  status.expires = std::min(status.request.issued.value_or(now.wall), now.wall) + lifetime;
  std::string key = key_of(status.request);
  Entry& entry = keep({std::move(status), verdict.repeatable, std::move(key)});
  entry.lifetime = verdict.lifetime;
  entry.due = now.steady + acceptance_time;
  dues.emplace(entry.due, entry.status().number);
  const bool named = !entry.status().request.id.empty();
  journal.write({entry.kept, now.wall - (named ? Duration(remember_ids) : Duration(remember_contents)), false,
                 [this, number = entry.status().number](const Error* error, const CommandStatus* seen) {
                   accepted(number, error, seen);
                 }});
  keep_time();
}

Commands::Book::Entry& Commands::Book::keep(KeptCommand kept) {
  Entry& entry = entries[kept.status.number];
  entry.kept = std::move(kept);
  const CommandRequest& request = entry.status().request;
  entry.bytes = request.content.size() + request.reply_to.size() + request.correlation.size();
  memory += entry.bytes;
  ++lines[request.device].total;
  return entry;
}

/// It is not kept.
void Commands::Book::turn_away(CommandRequest request, CommandState state, std::string error) {
  CommandStatus status;
  status.accepted = status.changed = Instant::now().wall;
  status.request = std::move(request);
  status.state = state;
  status.error = std::move(error);
  status.final = true;
  tell(status);
}

void Commands::Book::accepted(std::int64_t number, const Error* error, const CommandStatus* seen) {
  Entry* const entry = find(number);
  if (entry == nullptr) return;
  // What the disk says that it has not taken may be there all the same: that it is refused must stand there instead.
  if (error != nullptr) return end(*entry, CommandState::refused, "disk: it cannot be kept: " + error->text);
  if (entry->given_up && seen == nullptr) return end(*entry, CommandState::refused, "disk: it was not written in time");
  const CommandStatus status = entry->status();
  if (seen == nullptr) {
    dues.erase({entry->due, number});
    entry->due = std::chrono::steady_clock::now() + (*status.expires - Instant::now().wall);
    dues.emplace(entry->due, number);
    enqueue(*entry);
    tell(entry->status());
    return look_later(status.request.device);
  }
  const bool given_up = entry->given_up;
  forget(number);
  if (given_up) return;
  const Entry* const live = find(seen->number);
  CommandStatus answer = live != nullptr ? live->kept.status : *seen;
  answer.request.reply_to = status.request.reply_to;
  answer.request.correlation = status.request.correlation;
  log.info("{}: '{}' for {} was given already; it is answered with its state", status.request.from,
           telemetry::escaped(status.request.name), telemetry::escaped(status.request.device));
  const auto asker = askers.find(status.request.from);
  if (asker != askers.end()) asker->second->told(answer);
}

void Commands::Book::change(Entry& entry, CommandState state, bool tells) {
  entry.status().state = state;
  entry.status().changed = Instant::now().wall;
  if (tells) tell(entry.status());
}

void Commands::Book::write(Entry& entry, bool must, std::function<void(const Error*)> done) {
  journal.write(
      {entry.kept, {}, must, [done = std::move(done)](const Error* error, const CommandStatus*) { done(error); }});
}

void Commands::Book::end(Entry& entry, CommandState state, std::string error, std::string data) {
  CommandStatus& status = entry.status();
  leave_line(entry);
  dues.erase({entry.due, status.number});
  entry.phase = Phase::ended;
  status.final = true;
  status.error = std::move(error);
  status.data = std::move(data);
  change(entry, state, !entry.given_up);
  if (status.request.content.size() > max_kept_text / 64) status.request.content.clear();
  if (status.data.size() > max_kept_text) status.data.clear();
  write(entry, true, [this, number = status.number](const Error*) { forget(number); });
  look_later(status.request.device);
}

void Commands::Book::forget(std::int64_t number) {
  Entry* const entry = find(number);
  if (entry == nullptr) return;
  dues.erase({entry->due, number});
  const auto line = lines.find(entry->status().request.device);
  if (line != lines.end() && --line->second.total == 0) lines.erase(line);
  memory -= entry->bytes;
  entries.erase(number);
}

void Commands::Book::recover(CommandJournal::Left left) {
  recovered = true;
  last_number = std::max(last_number, left.last_number);
  const Instant now = Instant::now();
  for (KeptCommand& kept : left.open) {
    const std::int64_t number = kept.status.number;
    Entry& entry = keep(std::move(kept));
    CommandStatus& status = entry.status();
    const Duration whole = std::max(Duration(0), status.expires.value_or(status.accepted) - status.accepted);
    entry.lifetime = std::max(whole, Duration(1));
    // Where the clock stood still, or went back, no command waits for longer than it may.
    entry.due = now.steady + std::min(status.expires.value_or(status.accepted) - now.wall, whole);
    if (status.state == CommandState::sent && !entry.kept.repeatable) {
      end(entry, CommandState::failed,
          "unknown: it is not known whether it was executed: the gateway ended after it was sent");
      continue;
    }
    dues.emplace(entry.due, number);
    enqueue(entry);
    if (status.state == CommandState::sent) put_back(entry);
    look_later(status.request.device);
  }
  if (!left.open.empty()) log.info("{} commands were open when the gateway ended", left.open.size());
  keep_time();
  for (Early& one : std::exchange(early, {})) submit(std::move(one.request), one.allowed);
}

/// The file is new: what is open belongs into it.
void Commands::Book::write_all() {
  for (auto& [number, entry] : entries) {
    if (entry.phase == Phase::accepting) continue;
    KeptCommand kept = entry.kept;
    if (entry.phase == Phase::marking) kept.status.state = CommandState::sent;
    journal.write({std::move(kept), {}, true, [](const Error*, const CommandStatus*) {}});
  }
}

}  // namespace fieldgate::device
