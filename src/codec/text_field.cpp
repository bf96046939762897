// TextFields: texts into the members of a document.
#include "codec/text_field.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "codec/text_value.hpp"
#include "message/json.hpp"

namespace fieldgate::codec {

namespace {

constexpr std::size_t npos = ~std::size_t{0};

/// What an inner codec makes of a text: its document, or an array of them.
struct Nested final : Receiver {
  void document(const Document& document) override {
    if (count++ != 0) json += ',';
    json += document.json;
  }
  std::string json;
  std::size_t count = 0;
};

}  // namespace

struct TextFields::Compiled {
  TextField field;
  std::string member;  // "name":
  std::vector<std::size_t> sources;
  std::size_t hemisphere = npos;
  std::size_t namesake = 0;  // the first field of the same name, maybe itself
  bool is_given = false;     // of those with one name, by any; at the first of them
  std::unique_ptr<expression::Paths> paths;
  std::unique_ptr<Codec> codec;
};

TextFields::TextFields(const std::vector<TextField>& fields, const std::vector<std::string>& sources) {
  const auto index = [&sources](const std::string& name) {
    const auto at = std::find(sources.begin(), sources.end(), name);
    return at == sources.end() ? npos : static_cast<std::size_t>(at - sources.begin());
  };
  for (const TextField& field : fields) {
    if (field.kind == TextField::Kind::skip) continue;
    Compiled compiled{field, {}, {}, npos, 0, false, nullptr, nullptr};
    const auto same = std::find_if(fields_.begin(), fields_.end(),
                                   [&field](const Compiled& other) { return other.field.name == field.name; });
    compiled.namesake = static_cast<std::size_t>(same - fields_.begin());
    json::append_string(compiled.member, field.name);
    compiled.member += ':';
    for (const std::string& from : field.from.empty() ? std::vector{field.name} : field.from)
      compiled.sources.push_back(index(from));
    if (!field.hemisphere.empty()) compiled.hemisphere = index(field.hemisphere);
    if (field.codec) {
      compiled.paths = std::make_unique<expression::Paths>();
      compiled.codec = field.codec.make(*compiled.paths);
    }
    fields_.push_back(std::move(compiled));
  }
}

TextFields::TextFields() = default;
TextFields::TextFields(TextFields&&) noexcept = default;
TextFields& TextFields::operator=(TextFields&&) noexcept = default;
TextFields::~TextFields() = default;

std::optional<Failure> TextFields::append(std::string& json, std::span<const TextSource> sources, Bytes frame,
                                          std::optional<TimePoint>& time, Trace* trace) {
  for (Compiled& field : fields_) field.is_given = false;
  for (Compiled& field : fields_) {
    const std::size_t first = field.sources.front();
    const bool present = std::all_of(field.sources.begin(), field.sources.end(), [&sources](std::size_t source) {
      return source < sources.size() && sources[source].present();
    });
    if (!present) {
      if (field.field.is_required)
        return Failure{"missing_field", "a field is required, and is not there", 0, field.field.name};
      continue;
    }
    if (fields_[field.namesake].is_given) continue;
    const std::string_view place = sources[first].place;
    const bool in_frame = place.data() >= frame.data() && place.data() <= frame.data() + frame.size();
    const std::size_t offset = in_frame ? static_cast<std::size_t>(place.data() - frame.data()) : 0;
    const std::size_t before = json.size();
    if (json.back() != '{') json += ',';
    json += field.member;
    const std::size_t value = json.size();
    if (auto failure = append_field(field, json, sources, time)) {
      failure->offset = offset;
      if (failure->field.empty()) {  // else its own codec knows it better
        failure->field = field.field.name;
        failure->found = field.sources.size() > 1 ? std::string_view(joined_) : sources[first].text;
      }
      return failure;
    }
    fields_[field.namesake].is_given = json.size() != value;
    if (json.size() == value) {  // its enum leaves this text out
      json.resize(before);
      continue;
    }
    if (trace == nullptr) continue;
    std::size_t begin = offset;
    std::size_t end = offset;
    for (const std::size_t source : field.sources) {  // several may stand in any order
      const std::string_view part = sources[source].place;
      const std::size_t at = in_frame ? static_cast<std::size_t>(part.data() - frame.data()) : 0;
      begin = std::min(begin, at);
      end = std::max(end, in_frame ? at + part.size() : 0);
    }
    trace->field({field.field.name, begin * 8, (end - begin) * 8, sources[first].text,
                  std::string_view(json).substr(value), field.field.quantity.unit, kind_name(field.field.kind)});
  }
  return std::nullopt;
}

std::optional<Failure> TextFields::append_field(const Compiled& field, std::string& json,
                                                std::span<const TextSource> sources, std::optional<TimePoint>& time) {
  TextSource source = sources[field.sources.front()];
  if (field.sources.size() > 1) {
    joined_.clear();
    for (const std::size_t index : field.sources) {
      if (index != field.sources.front()) joined_ += field.field.join;
      joined_ += sources[index].text;
    }
    source.text = joined_;
  }
  if (field.codec) {
    Nested nested;
    if (const auto failure = field.codec->decode(source.text, nested)) return failure;
    json += nested.count == 1 ? nested.json : '[' + nested.json + ']';
    return std::nullopt;
  }
  std::string_view hemisphere;
  if (field.hemisphere < sources.size()) hemisphere = sources[field.hemisphere].text;
  return append_text_value(json, field.field, source, hemisphere, time);
}

/// A text to what it is read from: to each its part, or its bit to a number that may have others.
Result<void> TextFields::part(const Compiled& field, std::string_view text,
                              std::span<std::optional<std::string>> sources) {
  const std::size_t count = field.sources.size();
  const std::string& join = field.field.join;
  if (field.field.bit && field.sources.front() < sources.size()) {
    std::optional<std::string>& number = sources[field.sources.front()];
    const bool is_hex = field.field.kind == TextField::Kind::hex;
    const std::uint64_t mask = std::uint64_t{1} << *field.field.bit;
    const std::uint64_t others = whole_number(number.value_or("0"), is_hex ? 16 : 10).value_or(0) & ~mask;
    const std::uint64_t all = others | (text == "true" ? mask : 0);
    number = is_hex ? fmt::format("{:X}", all) : fmt::format("{}", all);
    return {};
  }
  if (count > 1 && join.empty())
    return Error{"encode", "'" + field.field.name + "' is joined by nothing: where its parts end is not known"};
  std::string_view rest = text;
  for (std::size_t i = 0; i < count; ++i) {
    const std::size_t end = i + 1 == count ? rest.size() : std::min(rest.find(join), rest.size());
    if (field.sources[i] < sources.size()) sources[field.sources[i]] = rest.substr(0, end);
    rest.remove_prefix(std::min(end + join.size(), rest.size()));
  }
  return {};
}

Result<void> TextFields::encode(std::string_view json, std::span<std::optional<std::string>> sources) const {
  std::string scratch;
  for (const Compiled& field : fields_) {
    const auto value = find_member(json, field.field.name);
    if (!value) {
      if (field.field.is_required) return Error{"encode", "there is no '" + field.field.name + "'"};
      continue;
    }
    std::string text;
    std::string hemisphere;
    if (field.codec) {
      if (auto encoded = field.codec->encode(value->text, text); !encoded) return encoded;
    } else if (auto written = write_text_value(field.field, *value, text, hemisphere); !written) {
      return written;
    }
    if (field.hemisphere < sources.size()) sources[field.hemisphere] = hemisphere;
    if (auto parted = part(field, text, sources); !parted) return parted;
  }
  return {};
}

std::vector<std::string> sources_of(const std::vector<TextField>& fields) {
  std::vector<std::string> names;
  const auto add = [&names](const std::string& name) {
    if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
  };
  for (const TextField& field : fields) {
    if (field.from.empty()) add(field.name);
    std::for_each(field.from.begin(), field.from.end(), add);
    if (!field.hemisphere.empty()) add(field.hemisphere);
  }
  return names;
}

std::vector<TextField> joined_fields(const std::vector<TextField>& columns, const std::vector<TextField>& fields) {
  std::vector<std::string> taken = sources_of(fields);
  for (const TextField& field : fields) taken.push_back(field.name);
  for (const TextField& column : columns) taken.push_back(column.hemisphere);
  std::vector<TextField> joined;
  for (const TextField& column : columns) {
    if (std::find(taken.begin(), taken.end(), column.name) == taken.end()) joined.push_back(column);
  }
  joined.insert(joined.end(), fields.begin(), fields.end());
  return joined;
}

std::optional<Value> find_member(std::string_view json, std::string_view name) {
  std::string meant;
  json::Member member;
  while (json::next_member(json, member)) {
    std::string_view key = member.name;
    if (member.escaped) {
      meant.clear();
      json::append_unescaped(meant, key);
      key = meant;
    }
    if (key != name) continue;
    Value value{member.value, Value::Kind::number, false};
    switch (member.value.front()) {
      case '"':
        value = {member.value.substr(1, member.value.size() - 2), Value::Kind::string,
                 member.value.find('\\') != std::string_view::npos};
        break;
      case '{':
        value.kind = Value::Kind::object;
        break;
      case '[':
        value.kind = Value::Kind::array;
        break;
      case 'n':
        value.kind = Value::Kind::null;
        break;
      case 't':
      case 'f':
        value.kind = Value::Kind::boolean;
        break;
      default:
        break;
    }
    return value;
  }
  return std::nullopt;
}

std::string_view text_of(const Value& value, std::string& scratch) {
  if (!value.escaped) return value.text;
  scratch.clear();
  json::append_unescaped(scratch, value.text);
  return scratch;
}

}  // namespace fieldgate::codec
