// Reference: what a name stands for in a message.
#include "expression/reference.hpp"

#include <span>

#include "message/json.hpp"

namespace fieldgate::expression {

namespace {

std::string_view level_of(std::string_view topic, std::uint32_t level) {
  for (; level > 0; --level) {
    const std::size_t slash = topic.find('/');
    if (slash == std::string_view::npos) return {};
    topic.remove_prefix(slash + 1);
  }
  return topic.substr(0, topic.find('/'));
}

Value text_value(std::string_view text) {
  return {text, text.empty() ? Value::Kind::missing : Value::Kind::string, false};
}

std::string_view named(std::span<const Meta> all, std::string_view name) {
  for (const Meta& meta : all) {
    if (meta.name == name) return meta.value;
  }
  return {};
}

/// What was said on the connection; nothing where there is none.
const Talk& talk_of(const Message& message) {
  static constexpr Talk nothing;
  return message.talk == nullptr ? nothing : *message.talk;
}

/// A number without a needless sign, zero or point keeps its kind.
Value word_value(std::string_view text) {
  Value value = text_value(text);
  const bool digits = !text.empty() && text.size() <= 18 && text.find_first_not_of("0123456789") == text.npos;
  if (digits && (text.size() == 1 || text.front() != '0')) value.kind = Value::Kind::number;
  return value;
}

Value::Kind kind_of(std::string_view json) {
  switch (json.empty() ? '\0' : json.front()) {
    case '"':
      return Value::Kind::string;
    case '{':
      return Value::Kind::object;
    case '[':
      return Value::Kind::array;
    case 't':
    case 'f':
      return Value::Kind::boolean;
    case 'n':
      return Value::Kind::null;
    default:
      return Value::Kind::number;
  }
}

/// A member of an object.
Value member_value(std::string_view object, std::string_view name) {
  json::Member member;
  while (!object.empty() && json::next_member(object, member)) {
    if (member.name != name) continue;
    Value value{member.value, kind_of(member.value), false};
    if (value.kind == Value::Kind::string) {
      value.text = value.text.substr(1, value.text.size() - 2);
      value.escaped = value.text.find('\\') != std::string_view::npos;
    }
    return value;
  }
  return {};
}

std::uint64_t counted(std::uint64_t counter, std::uint32_t bytes) {
  return bytes >= 8 ? counter : counter & ((std::uint64_t{1} << (8 * bytes)) - 1);
}

template <class Unit>
void append_unix(std::string& out, TimePoint time) {
  out += std::to_string(std::chrono::floor<Unit>(time).time_since_epoch().count());
}

}  // namespace

bool Reference::from_device() const {
  switch (name_) {
    case Name::device:
    case Name::data:
    case Name::meta:
    case Name::topic:
    case Name::topic_level:
    case Name::tls_cn:
    case Name::tls_san:
    case Name::session_id:
    case Name::match:
    case Name::args:
    case Name::peer_ip:
      return true;
    default:
      return false;
  }
}

bool Reference::rendered() const {
  switch (name_) {
    case Name::time:
    case Name::time_unix_s:
    case Name::time_unix_ms:
    case Name::time_date:
    case Name::received:
    case Name::peer_port:
    case Name::counter:
      return true;
    default:
      return false;
  }
}

void Reference::append_rendered(const Message& message, std::string& out) const {
  switch (name_) {
    case Name::time:
      append_rfc3339(out, message.time);
      break;
    case Name::time_unix_s:
      append_unix<std::chrono::seconds>(out, message.time);
      break;
    case Name::time_unix_ms:
      append_unix<std::chrono::milliseconds>(out, message.time);
      break;
    case Name::time_date:
      append_date(out, message.time);
      break;
    case Name::received:
      append_rfc3339(out, message.received.wall);
      break;
    case Name::peer_port:
      out += std::to_string(message.origin->peer_port);
      break;
    case Name::counter:
      out += std::to_string(counted(talk_of(message).counter, number_));
      break;
    default:
      break;
  }
}

Value Reference::value(const Message& message) const {
  switch (name_) {
    case Name::data:
      return slot_ < message.document.picked.size() ? message.document.picked[slot_] : Value{};
    case Name::device:
      return text_value(message.device);
    case Name::adapter:
      return text_value(message.origin->adapter);
    case Name::peer_ip:
      return text_value(message.origin->peer_ip);
    case Name::tls_cn:
      return text_value(message.origin->tls_common_name);
    case Name::topic:
      return text_value(message.origin->topic);
    case Name::topic_level:
      return text_value(level_of(message.origin->topic, number_));
    case Name::meta:
      return text_value(named(message.origin->meta, text_));
    case Name::tags:
      return text_value(named(message.tags, text_));
    case Name::peer_name:
      return text_value(message.origin->peer_name);
    case Name::tls_san:
      return text_value(message.origin->tls_alternative_name);
    case Name::session_id:
      return text_value(talk_of(message).session);
    case Name::match:
      return text_value(named(talk_of(message).match, text_));
    case Name::request:
      return text_value(talk_of(message).request);
    case Name::each:
      return word_value(named(talk_of(message).each, text_));
    case Name::args:
      return member_value(talk_of(message).arguments, text_);
    case Name::late:
      return {message.late ? "true" : "false", Value::Kind::boolean, false};
    case Name::gateway:
    case Name::instance:
      return text_value(text_);
    default:
      return {};
  }
}

}  // namespace fieldgate::expression
