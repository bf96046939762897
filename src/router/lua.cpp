// Lua: the message as a table, and messages out of tables.
#include "router/lua.hpp"

#include "message/json.hpp"

namespace fieldgate::router {

namespace {

const std::vector<std::string>& functions() {
  static const std::vector<std::string> names{"transform"};
  return names;
}

/// Takes the next item off the front of an array of objects without white space.
bool next_item(std::string_view& rest, std::string_view& item) {
  rest.remove_prefix(1);  // a bracket or a comma
  if (rest.empty()) return false;
  std::size_t depth = 0;
  std::size_t at = 0;
  do {
    const char c = rest[at++];
    if (c == '"') {
      for (; rest[at] != '"'; ++at) {
        if (rest[at] == '\\') ++at;
      }
      ++at;
    }
    if (c == '{' || c == '[') ++depth;
    if (c == '}' || c == ']') --depth;
  } while (depth != 0);
  item = rest.substr(0, at);
  rest.remove_prefix(at);
  return true;
}

}  // namespace

Lua::Config Lua::Config::read(config::Section& section) {
  return {script::read_script(
      section, functions(),
      "The script: function(message), which returns the message, a list of messages, or nil to take it away.")};
}

Lua::Lua(const Config& config, const TransformContext& context)
    : lua_(config.script.loaded(functions())),
      dropped_(context.dropped),
      filtered_(context.dropped.of("filtered")),
      log_(context.log),
      last_receipt_(context.last_receipt),
      checker_(context.paths) {}

void Lua::describe(const Message& message) {
  given_ = "{\"device\":";
  json::append_string(given_, message.device);
  given_ += ",\"adapter\":";
  json::append_string(given_, message.origin->adapter);
  given_ += ",\"time\":\"";
  time_.clear();
  append_rfc3339(time_, message.time);
  given_ += time_;
  given_ += "\",\"received\":\"";
  append_rfc3339(given_, message.received.wall);
  given_ += '"';
  if (!message.origin->topic.empty()) {
    given_ += ",\"topic\":";
    json::append_string(given_, message.origin->topic);
  }
  given_ += ",\"data\":";
  given_ += message.document.json;
  given_ += '}';
}

void Lua::accept(const Message& message) {
  describe(message);
  returned_.clear();
  const auto called = lua_->json_to_json(0, given_, returned_);
  if (!called) {
    fail(called.error().reason, called.error().text);
    return;
  }
  if (!*called) {
    ++filtered_;
    return;
  }
  if (returned_.front() == '{') {
    give(message, returned_, true);
    return;
  }
  Document list;
  if (checker_.check(returned_, list) || !checker_.items_are_objects()) {
    fail("bad_message", "an item of the list that the function returned is no message");
    return;
  }
  bool is_first = true;
  std::string_view rest = returned_;
  for (std::string_view item; next_item(rest, item);) is_first = !give(message, item, is_first) && is_first;
}

/// Passes one message on. The first keeps the number of the original; each further one takes the next, or it would be
/// taken for the same.
bool Lua::give(const Message& original, std::string_view made, bool is_first) {
  Message message = original;
  if (!shape(message, made)) return false;
  if (!is_first) message.receipt = ++last_receipt_;
  pass(message);
  return true;
}

bool Lua::shape(Message& message, std::string_view made) {
  json::Member member;
  while (json::next_member(made, member)) {
    const bool is_text = member.value.front() == '"';
    if (member.name == "device") {
      if (!is_text) return fail("bad_message", "the device of a message is no text");
      device_.clear();
      json::append_unescaped(device_, member.value.substr(1, member.value.size() - 2));
      message.device = device_;
    } else if (member.name == "time") {
      scratch_.clear();
      if (is_text) json::append_unescaped(scratch_, member.value.substr(1, member.value.size() - 2));
      if (is_text && scratch_ == time_) continue;  // it has more digits than were shown
      const auto time =
          is_text ? parse_time(scratch_, TimeFormat::rfc3339) : parse_time(member.value, TimeFormat::unix_s);
      if (!time) return fail("bad_message", "the time of a message is neither RFC 3339 nor seconds since 1970");
      message.time = *time;
    } else if (member.name == "data") {
      if (member.value.front() != '{') return fail("bad_message", "the data of a message is no table with names");
      Document document;
      if (const auto failure = checker_.check(member.value, document)) return fail(failure->reason, failure->text);
      document.time = message.document.time;
      message.document = document;
    }
  }
  return true;
}

bool Lua::fail(std::string_view reason, std::string_view text) {
  dropped_.count(reason);
  log_.limited(telemetry::Level::warn, reason, "a message is dropped: {}", text);
  return false;
}

}  // namespace fieldgate::router
