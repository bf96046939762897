// LayoutReader: fields that stand round others: groups, choices, tags with lengths.
#include <fmt/format.h>

#include "codec/layout_reader.hpp"
#include "config/values.hpp"

namespace fieldgate::codec {

using config::in_quotes;

void LayoutReader::emit_value(config::Section& section, const FieldOptions& options, const FieldType& type,
                              bool is_item) {
  if (type.kind == Kind::tlv) return emit_tlv(section, options, type);
  if (type.kind == Kind::group) return emit_group(section, options, is_item);
  emit_leaf(section, options, type, is_item);
}

void LayoutReader::emit_group(config::Section& section, const FieldOptions& options, bool is_item) {
  if (section.has("fields") == options.choose.has_value()) {
    section.error("", section.has("fields") ? "has 'fields' and 'switch'; fields that stand in every case go before it"
                                            : "a group needs 'fields', or 'switch' with 'cases'");
  }
  const std::uint32_t index = add(Kind::group, options);
  const Context outer = context_;
  const bool named = !options.name.empty();
  show(index, options, is_item);
  detail(index).type = options.choose ? "switch" : "group";
  detail(index).braces = named;
  program_.operations[index].lenient = options.lenient;
  if (is_made_name(options.name)) section.error("name", "only one value can have a name made of another's");
  if (named) {
    context_.may_repeat = false;
    context_.addressable = context_.addressable && options.name[0] != '_';
    prefix_.push_back(options.name);
    if (!is_item) steps_.push_back(options.name);
  }
  if (options.choose) {
    emit_choice(section, options);
  } else {
    section.sections("fields", "The fields of the group.", [this](config::Section& inner) { field(inner); });
  }
  if (named) {
    prefix_.pop_back();
    if (!is_item) steps_.pop_back();
  }
  context_ = outer;
  finish(index);
}

/// A list of fields, or one field.
void LayoutReader::read_body(config::Section& section, const config::Node& node, const std::string& path) {
  if (node.is_list()) {
    for (std::size_t i = 0; i < node.items.size(); ++i) {
      config::Section inner(section.reader(), &node.items[i], fmt::format("{}[{}]", path, i), nullptr);
      field(inner);
    }
    return;
  }
  if (node.is_map()) {
    config::Section inner(section.reader(), &node, path, nullptr);
    field(inner);
    return;
  }
  if (node.kind == config::Node::Kind::scalar) {
    section.error(node.mark, "cases", "expected a list of fields, or one field, in each case");
  }
}

void LayoutReader::emit_choice(config::Section& section, const FieldOptions& options) {
  const std::uint32_t index = add(Kind::choose, options);
  program_.operations[index].shown = false;
  program_.operations[index].lenient = options.lenient;
  std::vector<std::string> saved;
  if (!options.name.empty()) {  // the field that chooses stands outside of the object
    saved.push_back(prefix_.back());
    prefix_.pop_back();
  }
  const std::uint32_t chooser = expression(section, "switch", *options.choose);
  if (!saved.empty()) prefix_.push_back(saved.back());
  detail(index).expression = chooser;
  const config::Node* const cases = section.node("cases");
  if (cases == nullptr || !cases->is_map() || cases->entries.empty()) {
    section.error("cases", "a switch needs its cases: cases: { 1: [ fields ], 2: [ fields ] }");
  } else {
    for (const auto& entry : cases->entries) read_case(section, entry, index);
  }
  if (const config::Node* const otherwise = section.node("default")) {
    const auto bit_before = bit_;
    detail(index).otherwise = size();
    arms_.push_back({index, no_index});
    read_body(section, *otherwise, section.path() + ".default");
    arms_.pop_back();
    detail(index).otherwise_end = size();
    if (bit_ != bit_before) bit_ = std::nullopt;
  }
  finish(index);
}

/// "1", "0x0102", "reading", "1, 2", "0x10..0x1f"; `_` is the default.
void LayoutReader::read_case(config::Section& section, const config::Node::Entry& entry, std::uint32_t owner) {
  const std::uint32_t begin = size();
  const auto bit_before = bit_;
  arms_.push_back({owner, begin});
  read_body(section, entry.value, section.path() + ".cases." + entry.key);
  arms_.pop_back();
  if (bit_ != bit_before) bit_ = std::nullopt;
  std::string_view keys = entry.key;
  if (keys == "_" || keys == "default") {
    detail(owner).otherwise = begin;
    detail(owner).otherwise_end = size();
    return;
  }
  while (!keys.empty()) {
    const std::size_t comma = keys.find(',');
    std::string_view key = keys.substr(0, comma);
    keys = comma == keys.npos ? std::string_view() : keys.substr(comma + 1);
    while (key.starts_with(' ')) key.remove_prefix(1);
    while (key.ends_with(' ')) key.remove_suffix(1);
    Case one;
    one.begin = begin;
    one.end = size();
    const std::size_t dots = key.find("..");
    const auto first = config::parse_integer(key.substr(0, dots));
    const auto last = dots == key.npos ? first : config::parse_integer(key.substr(dots + 2));
    if (first && last) {
      one.number = *first;
      one.last = *last;
      if (*first > *last)
        section.error(entry.mark, "cases", fmt::format("{} is no range: it ends before it begins", in_quotes(key)));
    } else if (key == "true" || key == "false") {
      one.number = one.last = key == "true";
    } else {
      one.word = std::string(key);
      one.last = -1;
      check_word(section, entry.mark, *one.word, owner);
    }
    detail(owner).cases.push_back(std::move(one));
  }
}

LayoutReader::Tag LayoutReader::tag_options(config::Section& inner) {
  return {inner.text("type", std::string("uint8"), "The type of the tag: uint8, uint16, uint24, uint32."),
          read_little(inner)};
}

void LayoutReader::emit_tlv(config::Section& section, const FieldOptions& options, const FieldType& type) {
  const std::uint32_t index = add(Kind::tlv, options);
  show(index, options, false);
  const bool named = !options.name.empty();
  detail(index).type = type.name;
  detail(index).braces = named;
  program_.operations[index].lenient = options.lenient;
  Tag tag{"uint8", {}};
  const config::Node* const node = section.node("tag");
  if (node != nullptr && node->is_map()) {
    config::Section inner(section.reader(), node, section.path() + ".tag", nullptr);
    tag = tag_options(inner);
  } else if (node != nullptr && node->is_scalar()) {
    tag.type = node->text;
  }
  const Amount tagged = prefix(section, "tag", tag.type, tag.little.value_or(context_.little));
  program_.operations[index].width = tagged.prefix;
  program_.operations[index].little = tagged.little;
  if (options.length) {
    const Amount length = prefix(section, "length", *options.length, context_.little);
    detail(index).amount = length;
  }
  program_.has_unknown = true;
  const Context outer = context_;
  if (named) {
    prefix_.push_back(options.name);
    steps_.push_back(options.name);
  }
  declared_.push_back({full("_tag"), index});
  context_.may_repeat = true;
  repeated_.emplace_back();
  const config::Node* const cases = section.node("cases");
  if (cases == nullptr || !cases->is_map()) {
    section.error("cases", "a tlv needs its cases, by tag: cases: { 0x01: { name: mileage, type: uint32 } }");
  } else {
    for (const auto& entry : cases->entries) read_case(section, entry, index);
  }
  if (const config::Node* const otherwise = section.node("default")) {
    detail(index).otherwise = size();
    arms_.push_back({index, no_index});
    read_body(section, *otherwise, section.path() + ".default");
    arms_.pop_back();
    detail(index).otherwise_end = size();
  }
  bit_ = 0;
  for (const auto& [name, member] : repeated_.back()) detail(index).members.push_back(member);
  repeated_.pop_back();
  if (named) {
    prefix_.pop_back();
    steps_.pop_back();
  }
  context_ = outer;
  finish(index);
}

}  // namespace fieldgate::codec
