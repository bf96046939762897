// Running one test of a configuration: bytes in, messages and answers compared with what the file says.
#include "cli/test_run.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "cli/recorder.hpp"
#include "cli/terminal.hpp"
#include "cli/workbench.hpp"

namespace fieldgate::cli {
namespace {

using Json = nlohmann::ordered_json;
using gateway::TestCase;
using gateway::TestStep;

std::string listed(const std::vector<std::string>& words) {
  std::string out;
  for (const std::string& word : words) out += (out.empty() ? "" : ", ") + word;
  return out.empty() ? "none" : out;
}

gateway::Subject subject_of(const TestCase& test, const gateway::Laboratory& laboratory) {
  gateway::Subject subject;
  if (test.protocol) {
    subject.name = "test";
    subject.protocol = *test.protocol;
  } else if (const gateway::Subject* adapter = laboratory.adapter(test.adapter)) {
    subject = *adapter;
  }
  if (!test.at) {  // what a test of today says must still be true in ten years
    subject.protocol.time.max_age.reset();
    subject.protocol.time.max_ahead.reset();
  }
  return subject;
}

/// One run: a connection of its own, and what came of it.
class Run {
 public:
  Run(const TestCase& test, const gateway::Laboratory& laboratory, const Sender& sender, bool byte_by_byte)
      : test_(test),
        subject_(subject_of(test, laboratory)),
        recorder_(laboratory.gateway),
        bench_(subject_, laboratory.gateway, recorder_),
        link_(bench_.link(sender)),
        byte_by_byte_(byte_by_byte && !subject_.is_datagram()) {}

  void all() {
    for (const std::string& chunk : test_.chunks) give(chunk);
    const std::size_t left = link_->waiting().size();
    if (left > 0) wait_until([&] { return link_->waiting().size() < left; }, std::chrono::seconds(5));
    if (test_.exchange.empty()) return judge();
    for (std::size_t i = 0; i < test_.exchange.size(); ++i) step(test_.exchange[i], fmt::format("exchange[{}]", i));
  }

  const Recorder& recorder() const { return recorder_; }
  std::vector<Difference>& differences() { return differences_; }

 private:
  void give(std::string_view bytes) {
    if (!byte_by_byte_) return link_->receive(bytes);
    for (std::size_t i = 0; i < bytes.size(); ++i) link_->receive(bytes.substr(i, 1));
  }

  void judge() {
    if (test_.expect) judge_messages(*test_.expect);
    if (test_.errors && *test_.errors != recorder_.errors)
      differences_.push_back({"errors", listed(*test_.errors), listed(recorder_.errors)});
    if (test_.replies) judge_replies(*test_.replies);
  }

  void judge_messages(const std::vector<config::Node>& expected) {
    const auto& got = recorder_.messages;
    for (std::size_t i = 0; i < std::max(expected.size(), got.size()); ++i) {
      const std::string path = fmt::format("expect[{}]", i);
      if (i >= got.size()) {
        differences_.push_back({path, to_json(expected[i]).dump(), "no message"});
      } else if (i >= expected.size()) {
        differences_.push_back({path, "no message", got[i].dump(-1, ' ', false, Json::error_handler_t::replace)});
      } else {
        compare(expected[i], got[i], path, differences_);
      }
    }
  }

  void judge_replies(const std::vector<std::string>& expected) {
    const auto& got = recorder_.answers;
    for (std::size_t i = 0; i < std::max(expected.size(), got.size()); ++i) {
      const std::string want = i < expected.size() ? hex_text(expected[i]) : "nothing sent";
      const std::string sent = i < got.size() ? hex_text(got[i]) : "nothing sent";
      if (want != sent) differences_.push_back({fmt::format("replies[{}]", i), want, sent});
    }
  }

  void step(const TestStep& step, const std::string& path) {
    switch (step.kind) {
      case TestStep::Kind::device:
        return give(step.bytes);
      case TestStep::Kind::gateway:
        return expect_sent(step, path);
      case TestStep::Kind::message:
        return expect_message(step, path);
      case TestStep::Kind::command:
        return command(step, path);
    }
  }

  /// The bytes of one step may have gone out in several pieces.
  void expect_sent(const TestStep& step, const std::string& path) {
    wait_until([this] { return next_answer_ < recorder_.answers.size(); });
    std::string got;
    while (next_answer_ < recorder_.answers.size() && got.size() < step.bytes.size())
      got += recorder_.answers[next_answer_++];
    if (got != step.bytes)
      differences_.push_back({path + ".gateway", hex_text(step.bytes), got.empty() ? "nothing sent" : hex_text(got)});
  }

  /// Messages between those that are named may be left out.
  void expect_message(const TestStep& step, const std::string& path) {
    wait_until([this] { return next_message_ < recorder_.messages.size(); });
    std::vector<Difference> first;
    for (std::size_t i = next_message_; i < recorder_.messages.size(); ++i) {
      std::vector<Difference> found;
      compare(step.expected, recorder_.messages[i], path + ".message", found);
      if (found.empty()) {
        next_message_ = i + 1;
        return;
      }
      if (first.empty()) first = std::move(found);
    }
    if (first.empty()) first.push_back({path + ".message", to_json(step.expected).dump(), "no message"});
    differences_.insert(differences_.end(), first.begin(), first.end());
  }

  /// To whom the last message came from.
  void command(const TestStep& step, const std::string& path) {
    const std::string args = step.expected.is_map() ? to_json(step.expected).dump() : "{}";
    const auto given = bench_.command(step.command, args, link_->now());
    if (!given) differences_.push_back({path + ".command", "a command that can be sent", given.error().text});
  }

  /// Lets time pass, as long as the protocol has something to do, until it is so.
  template <class Condition>
  void wait_until(const Condition& is_so, Duration within = std::chrono::hours(1)) {
    constexpr int most = 100;
    for (int i = 0; i < most && !is_so() && link_->pass_time(within); ++i) {
    }
  }

  const TestCase& test_;
  gateway::Subject subject_;
  Recorder recorder_;
  Workbench bench_;
  std::unique_ptr<Workbench::Link> link_;
  bool byte_by_byte_;
  std::size_t next_answer_ = 0;
  std::size_t next_message_ = 0;
  std::vector<Difference> differences_;
};

/// Where the same bytes in other pieces became something else.
void compare_runs(const Recorder& whole, const Recorder& bytes, std::vector<Difference>& out) {
  const auto dumps = [](const std::vector<Json>& messages) {
    std::vector<std::string> texts;
    for (const Json& message : messages) texts.push_back(message.dump(-1, ' ', false, Json::error_handler_t::replace));
    return texts;
  };
  const std::vector<std::string> a = dumps(whole.messages);
  const std::vector<std::string> b = dumps(bytes.messages);
  for (std::size_t i = 0; i < std::max(a.size(), b.size()); ++i) {
    const std::string first = i < a.size() ? a[i] : "no message";
    const std::string second = i < b.size() ? b[i] : "no message";
    if (first != second) out.push_back({fmt::format("byte by byte: expect[{}]", i), first, second});
  }
  if (whole.errors != bytes.errors) out.push_back({"byte by byte: errors", listed(whole.errors), listed(bytes.errors)});
  const auto joined = [](const std::vector<std::string>& answers) {
    std::string all;
    for (const std::string& answer : answers) all += answer;
    return all;
  };
  if (joined(whole.answers) != joined(bytes.answers))
    out.push_back({"byte by byte: replies", hex_text(joined(whole.answers)), hex_text(joined(bytes.answers))});
}

}  // namespace

Outcome run_test(const TestCase& test, const gateway::Laboratory& laboratory) {
  Sender sender;
  if (test.at) sender.now.wall = *test.at;
  sender.topic = test.topic;
  sender.common_name = test.common_name;
  Run whole(test, laboratory, sender, false);
  whole.all();
  Outcome outcome{std::move(whole.differences()), whole.recorder().happened};
  if (!outcome.differences.empty()) return outcome;
  Run bytes(test, laboratory, sender, true);
  bytes.all();
  compare_runs(whole.recorder(), bytes.recorder(), outcome.differences);
  return outcome;
}

}  // namespace fieldgate::cli
