// Commands::Book: from the line of a device to the protocol, and what that tells.
#include <algorithm>

#include <nlohmann/json.hpp>

#include "device/command_book.hpp"
#include "message/json.hpp"

namespace fieldgate::device {

namespace {

constexpr auto look_again_after = std::chrono::seconds(1);
constexpr std::size_t max_shown = 256;

std::string text_of(const protocol::Outcome& outcome) {
  std::string text;
  if (outcome.answer != nullptr) json::append_compact(text, outcome.answer->document.json);
  return text;
}

bool looks_secret(std::string name) {
  for (char& c : name) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  for (const std::string_view word : {"pass", "pwd", "secret", "token", "key", "pin", "credential", "auth"}) {
    if (name.find(word) != std::string::npos) return true;
  }
  return false;
}

void hide(nlohmann::json& value) {
  if (!value.is_object() && !value.is_array()) return;
  for (const auto& [name, member] : value.items()) {
    if (value.is_object() && looks_secret(name)) {
      member = "***";
    } else {
      hide(member);
    }
  }
}

}  // namespace

std::string shown(const CommandRequest& request) {
  if (request.name == "raw") return std::to_string(request.content.size()) + " bytes";
  auto given = nlohmann::json::parse(request.content, nullptr, false);
  if (given.is_discarded()) return "unreadable arguments";
  hide(given);
  return telemetry::escaped(given.dump(-1, ' ', true, nlohmann::json::error_handler_t::replace), max_shown);
}

bool Commands::Book::is_reachable(const std::optional<View>& view) {
  return view && view->peer != nullptr && view->source != nullptr && view->source->protocol != nullptr &&
         view->source->protocol->reaches(*view->peer);
}

void Commands::Book::enqueue(Entry& entry) {
  entry.phase = Phase::waiting;
  lines[entry.status().request.device].waiting.insert(entry.status().number);
}

void Commands::Book::leave_line(Entry& entry) {
  const auto line = lines.find(entry.status().request.device);
  if (line == lines.end()) return;
  const bool open = entry.phase == Phase::marking || entry.phase == Phase::handed || entry.phase == Phase::said;
  if (open) --line->second.open;
  if (entry.phase == Phase::waiting) line->second.waiting.erase(entry.status().number);
}

/// Those that wait for the device go on, if it is there.
void Commands::Book::pump(const std::string& device) {
  const auto line = lines.find(device);
  if (line == lines.end() || stopping || journal.is_failing()) return;
  const auto view = devices.find(device);
  const bool there = is_reachable(view);
  const std::size_t most = there && !view->source->protocol->config().half_duplex ? max_of_a_device : 1;
  const std::set<std::int64_t> waiting = line->second.waiting;
  for (const std::int64_t number : waiting) {
    Entry& entry = *find(number);
    if (!there) {
      if (entry.lifetime <= Duration(0))
        end(entry, CommandState::failed, "absent: the device went before it could be sent");
      continue;
    }
    if (line->second.open >= most) return;
    leave_line(entry);
    entry.phase = Phase::marking;
    ++line->second.open;
    KeptCommand marked = entry.kept;
    marked.status.state = CommandState::sent;
    journal.write({std::move(marked), {}, false, [this, number](const Error* error, const CommandStatus*) {
                     Entry* const at = find(number);
                     if (at == nullptr || at->phase != Phase::marking) return;
                     error != nullptr ? put_back(*at) : hand(*at);
                   }});
  }
}

/// It is on disk as sent: to the protocol.
void Commands::Book::hand(Entry& entry) {
  const CommandRequest& request = entry.status().request;
  const Instant now = Instant::now();
  if (entry.due <= now.steady) return end(entry, CommandState::expired, "expired: the device was not there in time");
  const auto view = devices.find(request.device);
  if (stopping || !is_reachable(view)) return put_back(entry);
  if (const Verdict verdict = check(request); !verdict.error.empty())
    return end(entry, CommandState::refused, verdict.error);
  entry.phase = Phase::handed;
  entry.status().state = CommandState::sent;
  const auto outcomes = [weak = weak_from_this(), number = entry.status().number](const protocol::Outcome& outcome) {
    const auto book = weak.lock();
    if (!book) return;
    book->heard.push_back(
        {number, outcome.state, outcome.said, outcome.final, std::string(outcome.error), text_of(outcome)});
    book->look_later({});
  };
  const auto given = view->source->protocol->command(
      *view->peer, {request.name, request.content, request.device, request.framed, entry.due}, now, outcomes);
  if (given) return;
  if (given.error().reason == "absent" || given.error().reason == "queue") return put_back(entry);
  end(entry, CommandState::refused, std::string(given.error().reason) + ": " + given.error().text);
}

/// Nothing of it went out: it waits again.
void Commands::Book::put_back(Entry& entry) {
  leave_line(entry);
  entry.status().state = CommandState::queued;
  enqueue(entry);
  dues.emplace(entry.due, entry.status().number);
  write(entry, true, [](const Error*) {});
  keep_time();
}

void Commands::Book::take(const Heard& news) {
  using Outcome = protocol::Outcome::State;
  Entry* const entry = find(news.number);
  if (entry == nullptr || (entry->phase != Phase::handed && entry->phase != Phase::said)) return;
  if (news.state == Outcome::sent && news.final) return end(*entry, CommandState::sent, {});
  if (news.state == Outcome::sent) {
    entry->phase = Phase::said;
    dues.erase({entry->due, news.number});
    return change(*entry, CommandState::sent);
  }
  if (news.state == Outcome::answered) return end(*entry, CommandState::answered, {}, news.data);
  if (!news.said && news.error == "expired")
    return end(*entry, CommandState::expired, "expired: the device was busy for too long");
  if (!news.said && news.error == "absent") {
    put_back(*entry);
    return look_later(entry->status().request.device);
  }
  const std::string text = news.error == "late"     ? "late: no answer came in time (options timeout, retries)"
                           : news.error == "absent" ? "lost: the connection ended before the answer came; it is not "
                                                      "known whether it was executed"
                                                    : news.error + ": it could not be sent";
  end(*entry, CommandState::failed, text);
}

/// Looks at the device, and at what was heard, when whoever calls is done.
void Commands::Book::look_later(const std::string& device) {
  if (!device.empty()) changed.insert(device);
  if (std::exchange(looking, true)) return;
  asio::post(reactor.io(), [weak = weak_from_this()] {
    if (const auto book = weak.lock()) book->look();
  });
}

void Commands::Book::look() {
  looking = false;
  for (const Heard& news : std::exchange(heard, {})) take(news);
  for (const std::string& device : std::exchange(changed, {})) pump(device);
}

void Commands::Book::keep_time() {
  if ((dues.empty() && early.empty()) || std::exchange(timing, true)) return;
  const auto soon = std::chrono::steady_clock::now() + look_again_after;
  timer.expires_at(dues.empty() ? soon : std::min(soon, dues.begin()->first));
  timer.async_wait([weak = weak_from_this()](const error_code&) {
    if (const auto book = weak.lock()) book->tick();
  });
}

void Commands::Book::tick() {
  timing = false;
  if (stopping) return;
  const auto now = std::chrono::steady_clock::now();
  constexpr const char* stalled = "disk: it does not answer";
  for (; !early.empty() && early.front().until <= now; early.pop_front())
    turn_away(std::move(early.front().request), CommandState::refused, stalled);
  while (!dues.empty() && dues.begin()->first <= now) {
    const std::int64_t number = dues.begin()->second;
    dues.erase(dues.begin());
    Entry& entry = *find(number);
    if (entry.phase == Phase::accepting) {
      entry.given_up = true;
      turn_away(entry.status().request, CommandState::refused, stalled);
      log.limited(telemetry::Level::error, "stalled",
                  "the disk does not answer for {} s; commands are refused until it does",
                  std::chrono::duration_cast<std::chrono::seconds>(acceptance_time).count());
    } else if (entry.phase == Phase::waiting) {
      end(entry, CommandState::expired, "expired: the device was not there in time");
    }
  }
  for (const auto& [device, line] : lines) {
    if (!line.waiting.empty()) changed.insert(device);
  }
  if (!changed.empty()) look_later({});
  keep_time();
}

}  // namespace fieldgate::device
