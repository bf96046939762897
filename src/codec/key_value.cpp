// KeyValue: pairs off a line, in one pass.
#include "codec/key_value.hpp"

#include <algorithm>

#include "codec/text_value.hpp"
#include "config/section.hpp"
#include "message/json.hpp"

namespace fieldgate::codec {

namespace {

bool is_blank(char c) { return c == ' ' || c == '\t'; }

char escaped(char c) {
  switch (c) {
    case 'n':
      return '\n';
    case 'r':
      return '\r';
    case 't':
      return '\t';
    default:
      return c;
  }
}

void check_pattern(config::Section& section, const std::string& pattern) {
  if (pattern.empty()) return;
  const auto compiled = script::Pattern::compile(pattern);
  if (!compiled) return section.error("pattern", compiled.error().text);
  const std::vector<std::string> groups = compiled->group_names();
  for (const std::string_view name : {"key", "value"}) {
    if (std::find(groups.begin(), groups.end(), name) == groups.end())
      section.error("pattern", "needs the groups (?P<key>...) and (?P<value>...)");
  }
}

}  // namespace

KeyValue::Config KeyValue::Config::read(config::Section& section) {
  Config config;
  config.fields = read_text_fields(section, "fields", "What certain keys are read as, and called.",
                                   {"type", TextField::Kind::automatic,
                                    "The key, if it is not the name; several are "
                                    "joined by blanks."});
  config.separator = section.bytes("separator", std::string(" "),
                                   "What stands between pairs; a blank stands for any white space, also several.");
  config.assign = section.bytes("assign", std::string("="), "What stands between a key and its value.");
  const std::string quote = section.bytes("quote", std::string("\""),
                                          "What stands round a value that holds separators; escaped by a backslash.");
  config.prefix = section.bytes("prefix", std::string(), "What each line begins with, before its first key.");
  config.others = section.flag("others", true,
                               "Whether keys that 'fields' do not name are kept, as numbers, truth values "
                               "or text, as they look.");
  config.pattern =
      section.text("pattern", std::string(),
                   "Instead of all these: a regular expression (RE2), each match of which is a pair by its groups "
                   "key and value; the frame is one message.");
  check_pattern(section, config.pattern);
  if (config.separator.empty() || config.separator.find('\n') != std::string::npos)
    section.error("separator", "expected what stands between pairs, not a line end");
  if (config.assign.empty()) section.error("assign", "expected what stands between a key and its value");
  if (config.assign == config.separator) section.error("assign", "is the same as the separator");
  if (quote.size() != 1) section.error("quote", "expected one character");
  if (quote.size() == 1) config.quote = quote[0];
  return config;
}

KeyValue::KeyValue(const Config& config, const expression::Paths& paths)
    : config_(config), names_(sources_of(config.fields)), fields_(config.fields, names_), written_(paths) {
  if (config.pattern.empty()) return;
  auto compiled = script::Pattern::compile(config.pattern);
  if (!compiled) return;  // the configuration was refused
  const std::vector<std::string> groups = compiled->group_names();
  groups_.resize(groups.size());
  key_ = static_cast<std::size_t>(std::find(groups.begin(), groups.end(), "key") - groups.begin());
  value_ = static_cast<std::size_t>(std::find(groups.begin(), groups.end(), "value") - groups.begin());
  if (key_ < groups.size() && value_ < groups.size()) pattern_ = std::move(*compiled);
}

std::optional<Failure> KeyValue::decode(Bytes frame, Receiver& out) {
  written_.begin();
  if (pattern_) {
    auto failure = take_matches(frame);
    if (!failure) failure = append_line(frame);
    if (!failure) written_.deliver(out);
    return failure;
  }
  unquoted_.clear();
  if (unquoted_.capacity() < frame.size()) unquoted_.reserve(frame.size());  // views of it must stay
  for (Bytes rest = frame; !rest.empty();) {
    auto failure = take_line(rest);
    if (failure) {
      failure->offset = static_cast<std::size_t>(rest.data() - frame.data());
      return failure;
    }
    if (pairs_.empty()) continue;
    failure = append_line(frame);
    if (failure) return failure;
  }
  written_.deliver(out);
  return std::nullopt;
}

/// What the pattern finds, one match behind the other.
std::optional<Failure> KeyValue::take_matches(Bytes frame) {
  pairs_.clear();
  for (std::size_t at = 0; at <= frame.size() && pattern_->match(frame, false, groups_, at);) {
    if (pairs_.size() == max_pairs) return Failure{"too_many_pairs", "a frame has more than 256 pairs", at};
    if (!groups_[key_].empty() && groups_[value_].data() != nullptr)
      pairs_.push_back({groups_[key_], {groups_[value_], groups_[value_]}});
    const auto end = static_cast<std::size_t>(groups_[0].data() - frame.data()) + groups_[0].size();
    at = end + (groups_[0].empty() ? 1 : 0);
  }
  if (pairs_.empty()) return Failure{"no_match", "the pattern matches nowhere", 0};
  return std::nullopt;
}

/// Takes a line with its end off the front of `rest`: its pairs are then in pairs_.
std::optional<Failure> KeyValue::take_line(Bytes& rest) {
  pairs_.clear();
  const bool is_empty = rest.starts_with('\n') || rest.starts_with('\r');
  if (!is_empty && !rest.starts_with(config_.prefix))
    return Failure{"no_prefix", "a line does not begin with its prefix", 0};
  if (!is_empty) rest.remove_prefix(config_.prefix.size());
  while (!rest.empty()) {
    const char c = rest.front();
    if (c == '\n') {
      rest.remove_prefix(1);
      break;
    }
    if (is_blank(c) || c == '\r') {
      rest.remove_prefix(1);
    } else if (rest.starts_with(config_.separator)) {
      rest.remove_prefix(config_.separator.size());
    } else if (auto failure = take_pair(rest)) {
      return failure;
    }
  }
  return std::nullopt;
}

bool KeyValue::at_separator(Bytes rest) const {
  if (rest.empty() || rest.front() == '\n' || rest.front() == '\r') return true;
  return config_.separator == " " ? is_blank(rest.front()) : rest.starts_with(config_.separator);
}

std::optional<Failure> KeyValue::take_pair(Bytes& rest) {
  std::size_t length = 0;
  while (!at_separator(rest.substr(length)) && !rest.substr(length).starts_with(config_.assign)) {
    if (rest[length] == config_.quote) return Failure{"bad_key", "a key holds a quote", 0};
    ++length;
  }
  const std::string_view key = trimmed(rest.substr(0, length));
  const bool has_value = rest.substr(length).starts_with(config_.assign);
  rest.remove_prefix(length + (has_value ? config_.assign.size() : 0));
  if (has_value && key.empty()) return Failure{"bad_key", "a value has no key", 0};
  if (!has_value) return std::nullopt;
  if (config_.separator != " ") {
    while (!rest.empty() && is_blank(rest.front())) rest.remove_prefix(1);
  }
  TextSource value;
  if (rest.starts_with(config_.quote)) {
    if (auto failure = take_quoted(rest, value)) return failure;
  } else {
    std::size_t end = 0;
    while (!at_separator(rest.substr(end))) ++end;
    value.text = trimmed(end == 0 ? std::string_view("") : rest.substr(0, end));
    value.place = value.text;
    rest.remove_prefix(end);
  }
  if (pairs_.size() == max_pairs) return Failure{"too_many_pairs", "a line has more than 256 pairs", 0};
  pairs_.push_back({key, value});
  return std::nullopt;
}

std::optional<Failure> KeyValue::take_quoted(Bytes& rest, TextSource& value) {
  const Bytes from = rest;
  const std::size_t begin = unquoted_.size();
  for (rest.remove_prefix(1);; rest.remove_prefix(1)) {
    if (rest.empty()) return Failure{"bad_quote", "a quote is not closed", 0};
    if (rest.front() == config_.quote) break;
    if (rest.front() == '\\' && rest.size() > 1) {
      rest.remove_prefix(1);
      unquoted_ += escaped(rest.front());
    } else {
      unquoted_ += rest.front();
    }
  }
  rest.remove_prefix(1);
  for (Bytes look = rest; !at_separator(look); look.remove_prefix(1)) {
    if (!is_blank(look.front()))
      return Failure{"bad_quote", "something stands between a closing quote and the separator", 0};
  }
  value = {std::string_view(unquoted_).substr(begin), from.substr(0, from.size() - rest.size()), true};
  return std::nullopt;
}

std::optional<Failure> KeyValue::append_line(Bytes frame) {
  sources_.assign(names_.size(), {});
  for (Pair& pair : pairs_) {
    const auto name = std::find(names_.begin(), names_.end(), pair.key);
    if (name == names_.end()) continue;
    sources_[static_cast<std::size_t>(name - names_.begin())] = pair.value;
    pair.key = {};
  }
  std::string& json = written_.text();
  std::optional<TimePoint> time;
  json += '{';
  if (auto failure = fields_.append(json, sources_, frame, time, trace_)) return failure;
  if (config_.others) append_others(json, frame);
  json += '}';
  written_.end(time);
  return std::nullopt;
}

void KeyValue::append_others(std::string& json, Bytes frame) {
  for (auto pair = pairs_.begin(); pair != pairs_.end(); ++pair) {
    const auto same = [pair](const Pair& other) { return other.key == pair->key; };
    if (pair->key.empty() || std::any_of(pair + 1, pairs_.end(), same)) continue;
    if (json.back() != '{') json += ',';
    json::append_string(json, pair->key);
    json += ':';
    const std::size_t value = json.size();
    append_automatic(json, pair->value.text, pair->value.quoted);
    if (trace_ == nullptr) continue;
    const auto offset = static_cast<std::size_t>(pair->key.data() - frame.data());
    const auto end = static_cast<std::size_t>(pair->value.place.data() - frame.data()) + pair->value.place.size();
    trace_->field({pair->key,
                   offset * 8,
                   end > offset ? (end - offset) * 8 : 0,
                   pair->value.text,
                   std::string_view(json).substr(value),
                   {},
                   "auto"});
  }
}

Result<void> KeyValue::encode(std::string_view json, std::string& out) const {
  if (pattern_) return Error{"encode", "pairs that a pattern finds cannot be encoded"};
  std::vector<std::optional<std::string>> texts(names_.size());
  if (auto encoded = fields_.encode(json, texts); !encoded) return encoded;
  const std::size_t start = out.size();
  const auto append = [&](std::string_view key, std::string_view text) {
    out += out.size() == start ? config_.prefix : config_.separator;
    out.append(key).append(config_.assign);
    const bool plain = !text.empty() && text.find_first_of(" \t\r\n\\") == text.npos &&
                       text.find(config_.separator) == text.npos && text.find(config_.quote) == text.npos;
    if (plain) {
      out += text;
      return;
    }
    out += config_.quote;
    for (const char c : text) {
      if (c == config_.quote || c == '\\') out += '\\';
      if (c == '\n' || c == '\r') out += '\\';
      out += c == '\n' ? 'n' : c == '\r' ? 'r' : c;
    }
    out += config_.quote;
  };
  for (std::size_t i = 0; i < names_.size(); ++i) {
    if (texts[i]) append(names_[i], *texts[i]);
  }
  if (!config_.others) return {};
  std::string key;
  std::string scratch;
  json::Member member;
  while (json::next_member(json, member)) {
    key.clear();
    json::append_unescaped(key, member.name);
    const bool declared = std::any_of(config_.fields.begin(), config_.fields.end(),
                                      [&key](const TextField& field) { return field.name == key; });
    if (declared) continue;
    const bool is_string = member.value.front() == '"';
    const std::string_view inside = is_string ? member.value.substr(1, member.value.size() - 2) : member.value;
    append(key, text_of({inside, is_string ? Value::Kind::string : Value::Kind::number, is_string}, scratch));
  }
  return {};
}

}  // namespace fieldgate::codec
