// LayoutReader: the list, and what stands round a field: if, at, size, transform, repeat.
#include "codec/layout_reader.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "config/values.hpp"

namespace fieldgate::codec {

namespace {

using config::in_quotes;

/// `read`: the options, where a map may stand.
void describe(config::Section& section, std::string_view name, std::string_view type, std::string_view meaning,
              const std::function<void(config::Section&)>& read = {}) {
  config::Description description;
  description.name = name;
  description.type = type;
  description.meaning = meaning;
  if (read && section.describing()) description.options = config::describe(section.reader(), read);
  section.claim(std::move(description));
}

}  // namespace

void LayoutReader::read(config::Section& section, bool keep_rest) {
  context_.little = read_little(section).value_or(false);
  context_.least_first = read_least_first(section).value_or(false);
  if (const auto zone = read_zone(section)) {
    context_.zone = *zone;
    context_.has_zone = true;
  }
  const Transform transform = read_transform(section);
  std::uint32_t part = no_index;
  if (transform.how != Transform::How::none) {
    part = add(Kind::part, {});
    detail(part).transform = transform;
  }
  section.sections("fields", "The fields in the order of the wire.", [this](config::Section& inner) { field(inner); });
  if (keep_rest) add_rest(section);
  if (part != no_index) finish(part);
  if (program_.operations.size() > max_layout_operations)
    section.error("fields", fmt::format("has more than {} fields", max_layout_operations));
}

/// Bytes behind the last field, as a field of their own.
void LayoutReader::add_rest(config::Section& section) {
  FieldOptions options;
  options.name = "rest";
  if (named_.contains(options.name))
    section.error("trailing", "a field is called 'rest' already, and would stand in one place with what is left");
  const std::uint32_t index = add(Kind::bytes, options);
  show(index, options, false);
  detail(index).type = "rest";
  detail(index).amount.how = Amount::How::rest;
  detail(index).optional = true;
}

void LayoutReader::claim_nested(config::Section& section) {
  describe(section, "fields", "list of fields", "The fields of a group; with a name they become an object.");
  describe(section, "cases", "map of values to fields", "Which fields there are, by the value of `switch` or the tag.");
  describe(section, "default", "list of fields", "The fields where no case fits.");
  describe(section, "repeat", "section, number or text",
           "How often: { count: 3 }, { count: NAME }, { until: eos }, { until: \"_ == 0\" }, at most `max`.",
           [](config::Section& inner) { static_cast<void>(repeat_options(inner)); });
  describe(section, "tag", "text, or section",
           "Of a tlv: the type of the tag, uint8, or { type: uint16, endian: big }.",
           [](config::Section& inner) { static_cast<void>(tag_options(inner)); });
  config::Description nested;
  nested.name = "codec";
  nested.type = "section";
  nested.kind = "codec";
  nested.meaning = "The codec of the bytes, whose document becomes the member.";
  section.claim(std::move(nested));
}

FieldType LayoutReader::type_of(config::Section& section, const FieldOptions& options, bool& known) {
  known = true;
  if (options.type) {
    const auto found = find_field_type(section, *options.type);
    known = found.has_value();
    if (!known) section.accept_all_keys();
    return found.value_or(FieldType{});
  }
  if (section.has("fields") || options.choose) return {"group", Kind::group, 0, Sign::none, 0, {}};
  if (section.has("codec")) return {"codec", Kind::nested, 0, Sign::none, 0, {}};
  if (options.constant) return {"const", Kind::constant, 0, Sign::none, 0, {}};
  if (section.has("tag")) return {"tlv", Kind::tlv, 0, Sign::none, 0, {}};
  if (options.value) return {"value", Kind::computed, 0, Sign::none, 0, {}};
  known = false;
  section.error("", "a field needs a 'type', or 'fields', 'switch', 'codec' or 'value'");
  return {};
}

void LayoutReader::field(config::Section& section) {
  const FieldOptions options = FieldOptions::read(section);
  claim_nested(section);
  if (section.describing()) return;
  bool known = false;
  const FieldType type = type_of(section, options, known);
  const auto repeat = read_repeat(section);
  if (!known) return;
  check_options(section, type);
  claim_name(section, options);
  if (depth_ == max_layout_depth)
    return section.error("", fmt::format("fields stand in fields more than {} levels deep", max_layout_depth));
  if (program_.operations.size() > max_layout_operations) return;
  ++depth_;
  emit(section, options, type, repeat);
  --depth_;
}

void LayoutReader::emit(config::Section& section, const FieldOptions& options, const FieldType& type,
                        const std::optional<Repeat>& repeat) {
  const Context outer = context_;
  if (options.little) context_.little = *options.little;
  if (options.least_first) context_.least_first = *options.least_first;
  if (options.zone) context_.zone = *options.zone, context_.has_zone = true;
  std::vector<std::uint32_t> open;
  const auto bit_before = bit_;
  if (options.condition) {
    arms_.push_back({size(), 0});
    open.push_back(add(Kind::when, options));
    const std::uint32_t test = expression(section, "if", *options.condition);
    detail(open.back()).expression = test;
  }
  if (options.at) {
    open.push_back(add(Kind::place, options));
    const Amount where = amount(section, "at", *options.at, -65536, INT32_MAX);
    detail(open.back()).amount = where;
    bit_ = 0;
  }
  const bool sized = is_sized(options, type);
  const bool transformed = options.transform.how != Transform::How::none;
  if (options.lenient && !repeat && type.kind != Kind::tlv && !sized)
    section.error("lenient", "is said of a part ('size', 'length' or 'bytes'), a tlv or a repeat");
  if (sized || (transformed && !repeat)) open.push_back(add_part(section, options, type));
  emit_repeated(section, options, type, repeat);
  for (auto index = open.rbegin(); index != open.rend(); ++index) finish(*index);
  if (options.at || sized) bit_ = options.at ? bit_before : std::optional<unsigned>(0);
  if (options.condition && bit_ != bit_before) bit_ = std::nullopt;
  if (options.condition) arms_.pop_back();
  context_ = outer;
}

bool LayoutReader::is_sized(const FieldOptions& options, const FieldType& type) {
  return options.size || (type.kind == Kind::group && (options.length || options.bytes)) ||
         (type.kind == Kind::tlv && options.bytes);
}

/// The bytes that a field has for itself, with what is done to them first.
std::uint32_t LayoutReader::add_part(config::Section& section, const FieldOptions& options, const FieldType& type) {
  const std::uint32_t index = add(Kind::part, options);
  Amount bytes;
  if (options.size) {
    bytes = amount(section, "size", *options.size, 0, INT32_MAX);
  } else if (is_sized(options, type) && options.bytes) {
    bytes = amount(section, "bytes", *options.bytes, 0, INT32_MAX);
  } else if (is_sized(options, type)) {
    bytes = prefix(section, "length", *options.length, context_.little);
  } else if (type.kind != Kind::group && type.bytes > 0) {
    bytes = {Amount::How::fixed, type.bytes, no_index, 0, false};
  } else if (options.bytes) {
    bytes = amount(section, "bytes", *options.bytes, 0, INT32_MAX);
  } else if (options.digits) {
    bytes = {Amount::How::fixed, (*options.digits + 1) / 2, no_index, 0, false};
  }
  detail(index).amount = bytes;
  detail(index).transform = options.transform;
  program_.operations[index].lenient = options.lenient;
  if (bit_.value_or(0) != 0)
    section.error("size", fmt::format("the bits in front of it do not fill whole bytes: {} of 8", *bit_));
  bit_ = 0;
  return index;
}

void LayoutReader::emit_repeated(config::Section& section, const FieldOptions& options, const FieldType& type,
                                 const std::optional<Repeat>& repeat) {
  if (!repeat) return emit_value(section, options, type, false);
  const std::uint32_t index = add(Kind::repeat, options);
  if (repeat->count) {
    const Amount count = amount(section, "repeat", *repeat->count, 0, max_repeat);
    detail(index).amount = count;
  }
  detail(index).until_end = repeat->until_end;
  detail(index).quantity.max = static_cast<double>(repeat->max);
  const bool named = !options.name.empty();
  const Context outer = context_;
  show(index, options, false);
  program_.operations[index].shown = named && options.name[0] != '_';
  detail(index).braces = named;
  if (named) context_.addressable = false;
  const bool opens = !named && !context_.may_repeat;
  if (opens) {
    context_.may_repeat = true;
    repeated_.emplace_back();
  }
  item_ = no_index;
  program_.operations[index].lenient = options.lenient;
  const auto bit_before = bit_;
  const bool transformed = options.transform.how != Transform::How::none && !is_sized(options, type);
  const std::uint32_t part = transformed ? add_part(section, options, type) : no_index;
  if (part != no_index) program_.operations[part].lenient = false;
  FieldOptions item = options;
  item.lenient = false;  // an item that is not whole is none
  emit_value(section, item, type, named);
  if (part != no_index) finish(part);
  if (bit_ != bit_before) bit_ = std::nullopt;
  if (repeat->until) {
    item_ = index + 1;
    while (program_.operations[item_].kind == Kind::part || program_.operations[item_].kind == Kind::verify) ++item_;
    if (named) prefix_.push_back(options.name);
    const std::uint32_t test = expression(section, "repeat", *repeat->until);
    if (named) prefix_.pop_back();
    detail(index).expression = test;
  }
  item_ = no_index;
  finish(index);
  if (opens) {
    for (const auto& [name, member] : repeated_.back()) detail(index).members.push_back(member);
    repeated_.pop_back();
  }
  for (std::uint32_t inner = index + 1; inner < size(); ++inner) {
    // Cells that nothing has asked for yet may be asked for later: by a field behind, but not by the next item.
    if (program_.operations[inner].cell != no_index) detail(index).forgotten.push_back(program_.operations[inner].cell);
  }
  context_ = outer;
}

LayoutReader::Repeat LayoutReader::repeat_options(config::Section& inner) {
  Repeat repeat;
  repeat.count = inner.optional_text("count", "How many: a number, a field's name, an expression.");
  repeat.until = inner.optional_text("until", "eos: up to the end; or a condition on the item that is the last.");
  repeat.max = inner.integer("max", max_repeat, "More items than these are no frame.", {1, max_repeat});
  return repeat;
}

std::optional<LayoutReader::Repeat> LayoutReader::read_repeat(config::Section& section) {
  const config::Node* const node = section.node("repeat");
  if (node == nullptr || node->kind == config::Node::Kind::empty) return std::nullopt;
  Repeat repeat;
  const auto is_end = [](std::string_view text) { return text == "eos" || text == "end"; };
  if (node->is_scalar()) {
    repeat.until_end = is_end(node->text);
    if (!repeat.until_end) repeat.count = node->text;
    return repeat;
  }
  config::Section inner(section.reader(), node, section.path() + ".repeat", nullptr);
  repeat = repeat_options(inner);
  if (repeat.count.has_value() == repeat.until.has_value())
    inner.error("", "needs 'count' or 'until': repeat: { count: NAME }, repeat: { until: eos }");
  if (repeat.until && is_end(*repeat.until)) {
    repeat.until_end = true;
    repeat.until.reset();
  } else if (repeat.until && config::parse_integer(*repeat.until)) {
    repeat.until = "_ == " + *repeat.until;
  }
  return repeat;
}

void LayoutReader::split(config::Section& section, const std::string& name) {
  std::vector<std::string_view> names;
  for (std::uint32_t i = 0; i < size(); ++i) {
    const Operation& operation = program_.operations[i];
    if (operation.kind != Kind::repeat || !operation.shown) continue;
    names.push_back(detail(i).name);
    if (detail(i).name != name) continue;
    const bool groups = i + 1 < operation.end && program_.operations[i + 1].kind == Kind::group;
    if (!groups || detail(i).path.size() != 1)
      return section.error(
          "split", fmt::format("{} must be a repeat of 'fields' that stands in no other object", in_quotes(name)));
    detail(i).split = program_.splits = true;
  }
  if (program_.splits) return;
  section.error("split",
                fmt::format("no repeated field is called {}{}{}", in_quotes(name), config::did_you_mean(name, names),
                            names.empty() ? std::string() : "; known: " + config::joined(names)));
}

}  // namespace fieldgate::codec
