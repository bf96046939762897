// Json: one object, or the objects of an array.
#include "codec/json.hpp"

#include "codec/json_pointer.hpp"
#include "message/json.hpp"

namespace fieldgate::codec {

Json::Picked::Picked(const std::vector<TextField>& list) : fields(list, sources_of(list)) {
  for (const std::string& pointer : sources_of(list)) slots.push_back(paths.intern(pointer_steps(pointer)));
}

Json::Json(const Config& config, const expression::Paths& paths)
    : config_(config),
      checker_(paths),
      shared_(config.shared),
      fields_(config.fields),
      root_(shared_.paths.intern(pointer_steps(config.root))),
      whole_(shared_.paths),
      object_(fields_.paths),
      written_(paths) {}

std::optional<Failure> Json::decode(Bytes frame, Receiver& out) {
  if (!config_.root.empty() || !config_.fields.empty() || !config_.shared.empty()) return descend(frame, out);
  Document document;
  if (auto failure = checker_.check(frame, document)) return failure;
  switch (document.json.front()) {
    case '{':
      out.document(document);
      return std::nullopt;
    case '[':
      break;
    default:
      return Failure{"not_an_object", "the document is neither an object nor an array of objects", 0};
  }
  if (!checker_.items_are_objects()) return Failure{"not_an_object", "an item of the array is not an object", 0};
  deliver_items(document.json, out);
  return std::nullopt;
}

/// The whole array has been checked by now, so that none of its items is delivered unless all can be.
void Json::deliver_items(std::string_view array, Receiver& out) {
  for (;;) {
    const std::size_t begin = array.find('{');  // only white space and a comma stand before it
    if (begin == std::string_view::npos) return;
    array.remove_prefix(begin);
    Document item;
    array.remove_prefix(checker_.pick_front(array, item));
    out.document(item);
  }
}

/// From the part that `root` names.
std::optional<Failure> Json::descend(Bytes frame, Receiver& out) {
  Document document;
  if (auto failure = whole_.check(frame, document)) return failure;
  meant_.clear();
  if (meant_.capacity() < 2 * frame.size()) meant_.reserve(2 * frame.size());  // views of it must stay
  take(shared_, document);
  const Value root = document.picked[root_];
  const bool is_array = root.kind == Value::Kind::array;
  if (!is_array && root.kind != Value::Kind::object) {
    const bool missing = root.kind == Value::Kind::missing;
    return Failure{missing ? "no_root" : "not_an_object",
                   missing ? "nothing stands at the root" : "what stands at the root is neither an object nor an array",
                   0};
  }
  if (is_array) {
    if (auto failure = check_items(root.text)) {
      failure->offset = static_cast<std::size_t>(root.text.data() - frame.data());
      return failure;
    }
  }
  if (config_.fields.empty() && config_.shared.empty()) {
    if (is_array) {
      deliver_items(root.text, out);
      return std::nullopt;
    }
    checker_.pick_front(root.text, document);
    out.document(document);
    return std::nullopt;
  }
  written_.begin();
  for (std::string_view rest = root.text;;) {
    const std::size_t begin = rest.find('{');
    if (begin == std::string_view::npos) break;
    rest.remove_prefix(begin);
    Document object;
    const std::size_t length = object_.pick_front(rest, object);
    take(fields_, object);
    if (auto failure = append(rest.substr(0, length), frame)) return failure;
    rest.remove_prefix(length);
  }
  written_.deliver(out);
  return std::nullopt;
}

std::optional<Failure> Json::check_items(std::string_view array) {
  JsonChecker& checker = config_.fields.empty() ? checker_ : object_;
  Document document;
  checker.pick_front(array, document);
  if (checker.items_are_objects()) return std::nullopt;
  return Failure{"not_an_object", "an item of the array is not an object", 0};
}

/// What the sources of fields are, out of what was picked.
void Json::take(Picked& picked, const Document& document) {
  picked.sources.assign(picked.slots.size(), {});
  for (std::size_t i = 0; i < picked.slots.size(); ++i) {
    const Value& value = document.picked[picked.slots[i]];
    if (value.kind == Value::Kind::missing) continue;
    TextSource& source = picked.sources[i];
    source = {value.text, value.text, false, value.text};
    if (value.kind != Value::Kind::string) continue;
    source.json = source.place = {value.text.data() - 1, value.text.size() + 2};
    if (!value.escaped) continue;
    const std::size_t begin = meant_.size();
    json::append_unescaped(meant_, value.text);
    source.text = std::string_view(meant_).substr(begin);
  }
}

std::optional<Failure> Json::append(std::string_view object, Bytes frame) {
  std::string& json = written_.text();
  std::optional<TimePoint> time;
  json += '{';
  if (auto failure = shared_.fields.append(json, shared_.sources, frame, time, trace_)) return failure;
  if (config_.fields.empty()) {
    const std::size_t before = json.size();
    json::append_compact(json, object);
    json.erase(before, 1);
    const bool is_empty = json.size() == before + 1;
    if (!is_empty && before > 0 && json[before - 1] != '{') json.insert(before, 1, ',');
  } else {
    if (auto failure = fields_.fields.append(json, fields_.sources, frame, time, trace_)) return failure;
    json += '}';
  }
  written_.end(time);
  if (written_.is_too_large(frame.size())) return Written::too_large;
  return std::nullopt;
}

}  // namespace fieldgate::codec
