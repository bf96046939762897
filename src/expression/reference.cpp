// Reference: the list of names, and their parsing.
#include "expression/reference.hpp"

#include <algorithm>
#include <charconv>
#include <iterator>
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
    {"peer.name", Name::peer_name},
    {"tls.cn", Name::tls_cn},
    {"tls.san", Name::tls_san},
    {"session.id", Name::session_id},
    {"request", Name::request},
    {"late", Name::late},
    {"topic", Name::topic},
    {"data", Name::data},
};

/// Names with another behind the dot, which says which.
constexpr Known roots[] = {
    {"meta", Name::meta}, {"match", Name::match}, {"tags", Name::tags}, {"each", Name::each}, {"args", Name::args},
};

Error error(std::string text) { return {"template", std::move(text)}; }

Error unknown(std::string_view text) {
  std::vector<std::string_view> names;
  for (const Known& known : whole_names) names.push_back(known.text);
  for (const Known& root : roots) names.push_back(root.text);
  std::string hint = config::did_you_mean(text, names);
  if (const std::size_t dot = text.find('.'); hint.empty() && dot != std::string_view::npos) {
    hint = config::did_you_mean(text.substr(0, dot), names);
  }
  return error("there is no name '" + std::string(text) + "'" +
               (hint.empty() ? "; names begin with data, device, adapter, gateway, "
                               "instance, time, received, topic, peer, tls, session, match, request, tags, late or meta"
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

bool read_number(std::string_view digits, std::uint32_t& number) {
  const auto [end, bad] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  return bad == std::errc() && end == digits.data() + digits.size();
}

}  // namespace

bool Reference::taken(std::string_view word) {
  const auto begins = [word](const Known& known) { return known.text.substr(0, known.text.find('.')) == word; };
  return std::any_of(std::begin(whole_names), std::end(whole_names), begins) ||
         std::any_of(std::begin(roots), std::end(roots), begins) || word == "counter";
}

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
    if (!read_number(text.substr(6), made.number_))
      return error("'" + std::string(text) + "' is no level of a topic; the first is topic.0");
    made.name_ = Name::topic_level;
    return made;
  }
  if (text.starts_with("counter.")) {
    if (!read_number(text.substr(8), made.number_) || made.number_ < 1 || made.number_ > 8)
      return error("'" + std::string(text) + "': the number says how many bytes it has, 1 to 8: counter.2");
    made.name_ = Name::counter;
    return made;
  }
  const std::size_t dot = text.find('.');
  for (const Known& root : roots) {
    if (dot == std::string_view::npos || text.substr(0, dot) != root.text || dot + 1 == text.size()) continue;
    made.name_ = root.name;
    made.text_ = text.substr(dot + 1);
    return made;
  }
  return unknown(text);
}

void Reference::bind(const Environment& environment, Paths& paths) {
  if (name_ == Name::gateway) text_ = environment.gateway;
  if (name_ == Name::instance) text_ = environment.instance;
  if (name_ == Name::data) slot_ = paths.intern(steps_);
}

}  // namespace fieldgate::expression
