// Template: parsing at load, filling per message.
#include "expression/template.hpp"

#include <algorithm>

#include "expression/confine.hpp"
#include "message/json.hpp"

namespace fieldgate::expression {

namespace {

/// What a file system takes for one name, on every file system of note.
constexpr std::size_t max_file_name = 255;

std::string_view trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1);
}

Error problem(std::string text) { return {"template", std::move(text)}; }

Error failed(std::string_view reason, const std::string& name, std::string_view what) {
  return {reason, "{{ " + name + " }} " + std::string(what)};
}

/// `default: "x"`, the text between the quotes.
Result<std::string> parse_filter(std::string_view filter) {
  constexpr std::string_view only = "the only filter is | default: \"text\"";
  const std::size_t colon = filter.find(':');
  if (colon == std::string_view::npos || trimmed(filter.substr(0, colon)) != "default")
    return problem(std::string(only));
  const std::string_view text = trimmed(filter.substr(colon + 1));
  const bool quoted = text.size() >= 2 && (text.front() == '"' || text.front() == '\'') && text.back() == text.front();
  if (!quoted || text.substr(1, text.size() - 2).find(text.front()) != std::string_view::npos)
    return problem(std::string(only));
  return std::string(text.substr(1, text.size() - 2));
}

/// Where the braces that were opened before `text` close; those in a quoted text of a filter do not count.
std::size_t find_close(std::string_view text) {
  char quote = 0;
  for (std::size_t i = 0; i + 1 < text.size(); ++i) {
    const char c = text[i];
    if (quote != 0) {
      if (c == quote) quote = 0;
    } else if ((c == '"' || c == '\'') && text.substr(0, i).find('|') != std::string_view::npos) {
      quote = c;
    } else if (c == '}' && text[i + 1] == '}') {
      return i;
    }
  }
  return std::string_view::npos;
}

}  // namespace

Result<Template::Part> Template::parse_name(std::string_view text, Names names) {
  Part part;
  const std::size_t bar = text.find('|');
  const std::string_view name = trimmed(text.substr(0, bar));
  if (name.empty()) return problem("there is no name between {{ and }}");
  auto reference = Reference::parse(name);
  if (!reference) return reference.error();
  if (names == Names::constant && !reference->constant()) {
    return problem("'" + std::string(name) + "' differs by message; here only gateway and instance can stand");
  }
  part.reference = std::move(*reference);
  if (bar != std::string_view::npos) {
    auto fallback = parse_filter(text.substr(bar + 1));
    if (!fallback) return fallback.error();
    part.text = std::move(*fallback);
    part.has_default = true;
  }
  return part;
}

Result<Template> Template::parse(std::string_view text, Place place, Names names) {
  Template made;
  made.source_ = text;
  made.place_ = place;
  while (!text.empty()) {
    const std::size_t open = text.find("{{");
    if (open > 0) made.parts_.push_back({std::string(text.substr(0, open)), std::nullopt, false});
    if (open == std::string_view::npos) break;
    text.remove_prefix(open + 2);
    const std::size_t close = find_close(text);
    if (close == std::string_view::npos) return problem("{{ is not closed by }}");
    auto part = parse_name(text.substr(0, close), names);
    if (!part) return part.error();
    made.parts_.push_back(std::move(*part));
    text.remove_prefix(close + 2);
  }
  return made;
}

void Template::bind(const Environment& environment, Paths& paths) {
  for (Part& part : parts_) {
    if (part.reference) part.reference->bind(environment, paths);
  }
}

bool Template::varies() const {
  return std::any_of(parts_.begin(), parts_.end(),
                     [](const Part& part) { return part.reference && !part.reference->constant(); });
}

const Reference* Template::single() const {
  return parts_.size() == 1 && parts_[0].reference ? &*parts_[0].reference : nullptr;
}

const Reference* Template::other_than(std::span<const Name> known) const {
  for (const Part& part : parts_) {
    const bool is_other =
        part.reference && std::find(known.begin(), known.end(), part.reference->name()) == known.end();
    if (is_other) return &*part.reference;
  }
  return nullptr;
}

bool Template::uses(Name name) const {
  return std::any_of(parts_.begin(), parts_.end(),
                     [name](const Part& part) { return part.reference && part.reference->name() == name; });
}

Result<void> Template::append_value(const Reference& name, const Value& value, std::string& out) const {
  const bool nested = value.kind == Value::Kind::array || value.kind == Value::Kind::object;
  if (nested && place_ != Place::plain) return failed("unfilled", name.source(), "is an array or an object");
  constexpr std::size_t longest = 6 * max_device_text;  // an escape of six bytes may stand for one
  if ((nested || value.escaped) && value.text.size() > longest) {
    return failed("too_long", name.source(), "is longer than 256 bytes");
  }
  if (nested) {
    json::append_compact(out, value.text);
  } else if (value.escaped) {
    json::append_unescaped(out, value.text);
  } else if (value.kind != Value::Kind::null) {
    out.append(value.text);
  }
  return {};
}

Result<void> Template::fill_value(const Part& part, const Value& value, std::string& out) const {
  const std::size_t begin = out.size();
  const Reference& name = *part.reference;
  if (auto appended = append_value(name, value, out); !appended) return appended;
  if (out.size() == begin) {
    if (part.has_default) {
      out.append(part.text);
    } else if (value.kind != Value::Kind::string) {
      return failed("unfilled", name.source(), "is missing");
    } else if (place_ != Place::plain) {
      return failed("empty", name.source(), "is empty");
    }
    return {};
  }
  if (!name.from_device()) return {};
  if (out.size() - begin > max_device_text) return failed("too_long", name.source(), "is longer than 256 bytes");
  if (place_ != Place::plain) {
    confine(out, begin, place_, name.name());
  } else if (name.name() == Name::topic_level) {
    percent_decode(out, begin);
  }
  if (place_ == Place::path && out.size() - begin > max_file_name)
    return failed("too_long", name.source(), "is too long for a file's name");
  return {};
}

Result<void> Template::fill_part(const Part& part, const Message& message, std::string& out) const {
  if (!part.reference) {
    out.append(part.text);
    return {};
  }
  if (part.reference->rendered()) {
    part.reference->append_rendered(message, out);
    return {};
  }
  return fill_value(part, part.reference->value(message), out);
}

Result<void> Template::fill(const Message& message, std::string& out) const {
  const std::size_t begin = out.size();
  for (const Part& part : parts_) {
    if (auto filled = fill_part(part, message, out); !filled) {
      out.resize(begin);
      return filled;
    }
  }
  if (out.size() == begin) return Error{"empty", "'" + source_ + "' fills empty"};
  if (place_ == Place::url && varies() && has_dot_segment(std::string_view(out).substr(begin))) {
    out.resize(begin);
    return Error{"unsafe", "'" + source_ + "' fills a path segment . or .."};
  }
  return {};
}

Result<std::string_view> Template::view(const Message& message, std::string& scratch) const {
  if (parts_.size() == 1 && place_ == Place::plain && parts_[0].reference && !parts_[0].reference->rendered()) {
    const Reference& name = *parts_[0].reference;
    const Value value = name.value(message);
    const bool as_it_stands = value.kind == Value::Kind::string ? !value.escaped : value.kind == Value::Kind::number;
    const bool encoded = name.name() == Name::topic_level && value.text.find('%') != std::string_view::npos;
    if (as_it_stands && !encoded && !value.text.empty() && value.text.size() <= max_device_text) return value.text;
  }
  scratch.clear();
  if (auto filled = fill(message, scratch); !filled) return filled.error();
  return std::string_view(scratch);
}

Result<void> Template::append_json(const Message& message, std::string& out, std::string& scratch) const {
  if (parts_.size() == 1 && parts_[0].reference) {
    const Reference& name = *parts_[0].reference;
    if (name.numeric()) return fill_part(parts_[0], message, out);
    const Value value = name.value(message);
    const bool is_json = name.name() == Name::data || name.name() == Name::args;
    const bool is_word = value.kind == Value::Kind::number || value.kind == Value::Kind::boolean;
    if ((is_json && value.kind != Value::Kind::missing) || is_word) {
      if (value.kind == Value::Kind::string) out += '"';
      out.append(value.text);
      if (value.kind == Value::Kind::string) out += '"';
      return {};
    }
  }
  const auto text = view(message, scratch);
  if (!text) return text.error();
  json::append_string(out, *text);
  return {};
}

std::string Template::sketch() const {
  std::string text;
  for (const Part& part : parts_) text += part.reference ? "x" : part.text;
  return text;
}

std::string Template::constant() const {
  std::string text;
  for (const Part& part : parts_) {
    const std::string_view value = part.reference ? part.reference->value({}).text : std::string_view(part.text);
    text.append(value.empty() && part.has_default ? part.text : value);
  }
  return text;
}

Template read_template(config::Section& section, std::string_view name, config::Default<std::string> fallback,
                       std::string_view meaning, Place place, Names names) {
  auto parsed = Template::parse(section.text(name, std::move(fallback), meaning), place, names);
  for (const Name outgoing : {Name::counter, Name::args}) {
    if (parsed && parsed->uses(outgoing))
      parsed = problem(std::string(outgoing == Name::counter ? "'counter'" : "'args'") +
                       " cannot exist here: it is known where something is sent to a device");
  }
  if (parsed) return std::move(*parsed);
  section.error(name, parsed.error().text);
  return {};
}

}  // namespace fieldgate::expression
