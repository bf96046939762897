// Match: three answers, since the bytes may not be there yet.
#include "framing/match.hpp"

#include <algorithm>

#include "config/node.hpp"

namespace fieldgate::framing {

namespace {

constexpr std::int64_t farthest = 4096;

Match::Answer opposite(Match::Answer answer) {
  if (answer == Match::Answer::undecided) return answer;
  return answer == Match::Answer::yes ? Match::Answer::no : Match::Answer::yes;
}

/// Both hold.
Match::Answer both(Match::Answer a, Match::Answer b) {
  if (a == Match::Answer::no || b == Match::Answer::no) return Match::Answer::no;
  return a == Match::Answer::yes ? b : a;
}

}  // namespace

Match Match::read(config::Section& section) {
  Match match;
  match.at_ = static_cast<std::size_t>(
      section.integer("at", 0, "Where the bytes stand, from the start of the frame.", {0, farthest}));
  const std::string bytes = section.bytes("bytes", std::string(), "Bytes that stand there.");
  match.mask_ = section.bytes("mask", std::string(), "Bits that count, as many bytes as are compared: 0xf0.");
  match.values_ = section.bytes_list("in", std::vector<std::string>(), "Byte strings, one of which stands there.");
  if (!bytes.empty()) {
    if (!match.values_.empty()) section.error("in", "give either 'bytes' or 'in'");
    match.values_ = {bytes};
  }
  if (std::erase(match.values_, std::string()) > 0) section.error("in", "one of them is empty");
  if (section.has("first") || section.describing())
    match.first_ = {section.flag("first", true, "Whether it is the first frame of the connection.")};
  if (section.describing()) {
    section.claim({"not", "section", {}, {}, "A match that must not hold.", false, false, {}, {}});
    section.claim({"all", "list of sections", {}, {}, "Matches that must all hold.", false, false, {}, {}});
    return match;
  }
  if (section.has("not"))
    section.section("not", "A match that must not hold.", [&](config::Section& s) { match.none_ = {read(s)}; });
  if (section.has("all"))
    section.sections("all", "Matches that must all hold.", [&](config::Section& s) { match.all_.push_back(read(s)); });
  for (const std::string& value : match.values_) {
    if (!match.mask_.empty() && match.mask_.size() != value.size())
      section.error("mask", "must have as many bytes as what is compared");
  }
  if (match.values_.empty() && match.first_.empty() && match.all_.empty() && match.none_.empty())
    section.error("", "asks nothing: give 'bytes', 'in', 'first', 'not' or 'all'; what fits any bytes is `default`");
  return match;
}

Match::Answer Match::value_answer(Bytes input, const std::string& value) const {
  const Bytes there = input.substr(std::min(at_, input.size()));
  for (std::size_t i = 0; i < value.size(); ++i) {
    if (i >= there.size()) return Answer::undecided;
    const int mask = i < mask_.size() ? static_cast<unsigned char>(mask_[i]) : 0xFF;
    if ((there[i] & mask) != (value[i] & mask)) return Answer::no;
  }
  return Answer::yes;
}

Match::Answer Match::bytes_answer(Bytes input) const {
  if (values_.empty()) return Answer::yes;
  Answer best = Answer::no;
  for (const std::string& value : values_) {
    const Answer answer = value_answer(input, value);
    if (answer == Answer::yes) return answer;
    if (answer == Answer::undecided) best = answer;
  }
  return best;
}

Match::Answer Match::of(Bytes input, bool first) const {
  Answer answer = bytes_answer(input);
  if (!first_.empty() && first_[0] != first) answer = Answer::no;
  for (const Match& one : all_) answer = both(answer, one.of(input, first));
  for (const Match& one : none_) answer = both(answer, opposite(one.of(input, first)));
  return answer;
}

std::size_t Match::matched(Bytes input) const {
  std::size_t reach = 0;
  for (const std::string& value : values_) {
    if (value_answer(input, value) == Answer::yes) reach = std::max(reach, at_ + value.size());
  }
  for (const Match& one : all_) reach = std::max(reach, one.matched(input));
  return reach;
}

}  // namespace fieldgate::framing
