// Reference: the list of names, their parsing and their look-up.
#include "expression/reference.hpp"

#include <charconv>
#include <utility>

#include "config/problem.hpp"

namespace fieldgate::expression {

namespace {

struct Known {
  std::string_view text;
  Name name;
};

constexpr Known whole_names[] = {
    {"gateway", Name::gateway},
    {"instance", Name::instance},
    {"adapter", Name::adapter},
    {"device", Name::device},
    {"time", Name::time},
    {"time.unix_s", Name::time_unix_s},
    {"time.unix_ms", Name::time_unix_ms},
    {"time.date", Name::time_date},
    {"received", Name::received},
    {"peer.ip", Name::peer_ip},
    {"peer.port", Name::peer_port},
    {"tls.cn", Name::tls_cn},
    {"topic", Name::topic},
    {"data", Name::data},
};

Error error(std::string text) { return {"template", std::move(text)}; }

Error unknown(std::string_view text) {
  std::vector<std::string_view> names;
  for (const Known& known : whole_names) names.push_back(known.text);
  names.push_back("meta");
  std::string hint = config::did_you_mean(text, names);
  if (const std::size_t dot = text.find('.'); hint.empty() && dot != std::string_view::npos) {
    hint = config::did_you_mean(text.substr(0, dot), names);
  }
  return error("there is no name '" + std::string(text) + "'" +
               (hint.empty() ? "; names begin with data, device, adapter, gateway, "
                               "instance, time, received, topic, peer, tls or meta"
                             : hint));
}

/// JSON Pointer (RFC 6901) from behind its first slash.
void add_pointer(std::string_view pointer, std::vector<std::string>& steps) {
  std::string step;
  for (std::size_t i = 0; i <= pointer.size(); ++i) {
    if (i == pointer.size() || pointer[i] == '/') {
      steps.push_back(std::exchange(step, {}));
    } else if (pointer[i] == '~' && i + 1 < pointer.size() && (pointer[i + 1] == '0' || pointer[i + 1] == '1')) {
      step += pointer[++i] == '0' ? '~' : '/';
    } else {
      step += pointer[i];
    }
  }
}

/// `a.b.0`, or with keys that hold dots as a pointer: `/a.b/0`, also behind plain steps.
Result<std::vector<std::string>> parse_path(std::string_view path) {
  std::vector<std::string> steps;
  for (;;) {
    if (!path.empty() && path.front() == '/') {
      add_pointer(path.substr(1), steps);
      return steps;
    }
    const std::size_t dot = path.find('.');
    const std::string_view step = path.substr(0, dot);
    if (step.empty()) return error("a name is missing between the dots; a key with dots is written as data./a.b");
    steps.emplace_back(step);
    if (dot == std::string_view::npos) return steps;
    path.remove_prefix(dot + 1);
  }
}

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

std::string_view meta_value(const Message& message, std::string_view name) {
  for (const Meta& meta : message.origin->meta) {
    if (meta.name == name) return meta.value;
  }
  return {};
}

template <class Unit>
void append_unix(std::string& out, TimePoint time) {
  out += std::to_string(std::chrono::floor<Unit>(time).time_since_epoch().count());
}

}  // namespace

Result<Reference> Reference::parse(std::string_view text) {
  Reference made;
  made.source_ = text;
  for (const Known& known : whole_names) {
    if (known.text != text) continue;
    made.name_ = known.name;
    return made;
  }
  if (text.starts_with("data.")) {
    auto steps = parse_path(text.substr(5));
    if (!steps) return steps.error();
    made.name_ = Name::data;
    made.steps_ = std::move(*steps);
    return made;
  }
  if (text.starts_with("topic.")) {
    const std::string_view digits = text.substr(6);
    const auto [end, bad] = std::from_chars(digits.data(), digits.data() + digits.size(), made.level_);
    if (bad != std::errc() || end != digits.data() + digits.size()) {
      return error("'" + std::string(text) + "' is no level of a topic; the first is topic.0");
    }
    made.name_ = Name::topic_level;
    return made;
  }
  if (text.starts_with("meta.") && text.size() > 5) {
    made.name_ = Name::meta;
    made.text_ = text.substr(5);
    return made;
  }
  return unknown(text);
}

void Reference::bind(const Environment& environment, Paths& paths) {
  if (name_ == Name::gateway) text_ = environment.gateway;
  if (name_ == Name::instance) text_ = environment.instance;
  if (name_ == Name::data) slot_ = paths.intern(steps_);
}

bool Reference::from_device() const {
  switch (name_) {
    case Name::device:
    case Name::data:
    case Name::meta:
    case Name::topic:
    case Name::topic_level:
    case Name::tls_cn:
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
      return text_value(level_of(message.origin->topic, level_));
    case Name::meta:
      return text_value(meta_value(message, text_));
    case Name::gateway:
    case Name::instance:
      return text_value(text_);
    default:
      return {};
  }
}

}  // namespace fieldgate::expression
