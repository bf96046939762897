// What Commands keeps: every command that has not ended, the line of each device, and the file. The room's own.
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "device/command_journal.hpp"
#include "device/commands.hpp"
#include "message/siphash.hpp"

namespace fieldgate::device {

struct Commands::Book : std::enable_shared_from_this<Commands::Book> {
  using Time = std::chrono::steady_clock::time_point;

  /// Where a command is. What the asker hears is its state.
  enum class Phase : std::uint8_t {
    accepting,  ///< being written
    waiting,    ///< for its device
    marking,    ///< being written as sent
    handed,     ///< to the protocol, perhaps not yet said
    said,       ///< its answer is waited for
    ended,      ///< its end is being written
  };
  struct Entry {
    KeptCommand kept;
    Phase phase = Phase::accepting;
    Time due{};           ///< when it expires, or its acceptance is given up
    Duration lifetime{};  ///< zero: it waits for no device
    std::size_t bytes = 0;
    bool given_up = false;
    CommandStatus& status() { return kept.status; }
  };
  struct Line {
    std::set<std::int64_t> waiting;
    std::size_t open = 0;   ///< from marking to said
    std::size_t total = 0;  ///< that have not ended
  };
  /// Given before the file was read.
  struct Early {
    CommandRequest request;
    std::vector<std::string> allowed;
    Time until{};
  };
  /// What the protocol told in the midst of things.
  struct Heard {
    std::int64_t number = 0;
    protocol::Outcome::State state{};
    bool said = false;
    bool final = false;
    std::string error;
    std::string data;
  };
  /// What a command is found to be before it is taken.
  struct Verdict {
    CommandState state = CommandState::queued;
    std::string error;  ///< empty: it is taken
    Duration lifetime{};
    bool repeatable = false;
  };

  Book(reactor::Reactor& on, Devices& known, std::filesystem::path file, telemetry::Metrics& metrics,
       telemetry::Log to);

  // command_book.cpp: from what is asked to a line
  void submit(CommandRequest request, const std::vector<std::string>& allowed);
  Verdict judge(const CommandRequest& request, const std::vector<std::string>& allowed, const Instant& now) const;
  Verdict check(const CommandRequest& request) const;
  std::string no_room(const std::string& device) const;
  Entry& keep(KeptCommand kept);
  void turn_away(CommandRequest request, CommandState state, std::string error);
  void accepted(std::int64_t number, const Error* error, const CommandStatus* seen);
  void recover(CommandJournal::Left left);
  void write_all();
  void change(Entry& entry, CommandState state, bool tells = true);
  void end(Entry& entry, CommandState state, std::string error, std::string data = {});
  void tell(const CommandStatus& status);
  void write(Entry& entry, bool must, std::function<void(const Error*)> done);
  void forget(std::int64_t number);
  Entry* find(std::int64_t number);

  /// Of the file and of memory, by which it is wanted: the newest first.
  Awaitable<std::vector<CommandStatus>> look_up(CommandJournal::Query query,
                                                std::function<bool(const CommandStatus&)> wanted);

  // command_delivery.cpp: from a line to its end
  static bool is_reachable(const std::optional<View>& view);
  void enqueue(Entry& entry);
  void leave_line(Entry& entry);
  void pump(const std::string& device);
  void hand(Entry& entry);
  void put_back(Entry& entry);
  void take(const Heard& heard);
  void look_later(const std::string& device);
  void look();
  void keep_time();
  void tick();

  reactor::Reactor& reactor;
  Devices& devices;
  telemetry::Metrics& metrics;
  telemetry::Log log;
  std::map<std::string, Asker*> askers;
  std::map<std::int64_t, Entry> entries;
  std::unordered_map<std::string, Line, SipHash, std::equal_to<>> lines;
  std::set<std::pair<Time, std::int64_t>> dues;
  std::size_t memory = 0;  // bytes of all entries
  std::deque<Early> early;
  std::vector<Heard> heard;
  std::set<std::string> changed;  // devices of which something changed
  std::int64_t last_number = 0;
  bool recovered = false;
  bool looking = false;
  bool timing = false;
  bool stopping = false;
  Timer timer;
  CommandJournal journal;  // last: it calls back
};

/// Arguments as they may stand in a log.
std::string shown(const CommandRequest& request);

}  // namespace fieldgate::device
