// LayoutReader: the names of fields, in the document and in expressions.
#include <fmt/format.h>

#include "codec/layout_reader.hpp"
#include "config/values.hpp"
#include "message/json.hpp"

namespace fieldgate::codec {

using config::in_quotes;

std::uint32_t LayoutReader::add(Kind kind, const FieldOptions& options) {
  Operation operation;
  operation.kind = kind;
  operation.detail = static_cast<std::uint32_t>(program_.details.size());
  operation.end = size() + 1;
  operation.little = context_.little;
  operation.least_first = context_.least_first;
  program_.operations.push_back(operation);
  Detail& detail = program_.details.emplace_back();
  detail.name = options.name;
  detail.zone = context_.zone;
  return size() - 1;
}

/// Whether it stands in the document, under which key.
void LayoutReader::show(std::uint32_t index, const FieldOptions& options, bool is_item) {
  Operation& operation = program_.operations[index];
  operation.shown = !options.name.empty() && options.name[0] != '_';
  if (!operation.shown || is_item) return;
  operation.key = static_cast<std::uint32_t>(program_.keys.size());
  json::append_string(program_.keys, options.name);
  program_.keys += ':';
  operation.key_size = static_cast<std::uint32_t>(program_.keys.size()) - operation.key;
  if (context_.addressable) {
    detail(index).path = steps_;
    detail(index).path.push_back(options.name);
  }
  if (!context_.may_repeat) return;
  for (const auto& [name, member] : repeated_.back())
    if (name == options.name) operation.member = member;
  if (operation.member != no_index) return;
  operation.member = program_.members++;
  repeated_.back().emplace_back(options.name, operation.member);
}

std::string LayoutReader::full(const std::string& name) const {
  std::string path;
  for (const std::string& step : prefix_) path += step + ".";
  return path + name;
}

void LayoutReader::declare(config::Section& section, const std::string& name, std::uint32_t index) {
  if (name.empty()) return;
  if (name == "_" || name == "_index" || name == "_left" || name == "_size")
    section.error("name", fmt::format("{} is a name of its own in expressions", in_quotes(name)));
  declared_.push_back({full(name), index});
}

std::uint32_t LayoutReader::special(std::uint32_t& cell) {
  if (cell == no_index) cell = program_.cells++;
  return cell;
}

Result<std::uint32_t> LayoutReader::resolve(std::string_view name) {
  if (name == "_index") return special(program_.index_cell);
  if (name == "_left") return special(program_.left_cell);
  if (name == "_size") return special(program_.size_cell);
  std::uint32_t found = name == "_" ? item_ : no_index;
  if (item_ != no_index && name.starts_with("_.")) name.remove_prefix(2);
  for (std::size_t depth = prefix_.size() + 1; depth-- > 0 && found == no_index;) {
    std::string path;
    for (std::size_t i = 0; i < depth; ++i) path += prefix_[i] + ".";
    path += name;
    for (const Declared& declared : declared_)
      if (declared.path == path) found = declared.operation;
  }
  if (found == no_index) {
    std::vector<std::string_view> known;
    for (const Declared& declared : declared_) known.push_back(declared.path);
    const std::string hint = config::did_you_mean(name, known);
    return Error{"config", fmt::format("no field in front of it is called {}{}{}", in_quotes(name), hint,
                                       known.empty() || !hint.empty() ? "" : "; known here: " + config::joined(known))};
  }
  // Cases have the same names for what stands in different places: they share the cell.
  std::uint32_t cell = program_.operations[found].cell;
  std::string path;
  for (const Declared& declared : declared_)
    if (declared.operation == found) path = declared.path;
  for (const Declared& declared : declared_)
    if (declared.path == path && cell == no_index) cell = program_.operations[declared.operation].cell;
  if (cell == no_index) cell = program_.cells++;
  program_.operations[found].cell = cell;
  for (const Declared& declared : declared_)
    if (declared.path == path) program_.operations[declared.operation].cell = cell;
  return cell;
}

std::uint32_t LayoutReader::expression(config::Section& section, std::string_view option, std::string_view text) {
  auto parsed = FieldExpression::parse(text, [this](std::string_view name) { return resolve(name); });
  if (!parsed) {
    section.error(option, parsed.error().text);
    return no_index;
  }
  program_.expressions.push_back(std::move(*parsed));
  return static_cast<std::uint32_t>(program_.expressions.size() - 1);
}

Amount LayoutReader::amount(config::Section& section, std::string_view option, std::string_view text,
                            std::int64_t least, std::int64_t most) {
  Amount amount;
  if (const auto number = config::parse_integer(text)) {
    if (*number < least || *number > most)
      section.error(option, fmt::format("must be from {} to {}, not {}", least, most, *number));
    amount.how = Amount::How::fixed;
    amount.fixed = *number;
    return amount;
  }
  amount.how = Amount::How::computed;
  amount.expression = expression(section, option, text);
  return amount;
}

Amount LayoutReader::prefix(config::Section& section, std::string_view option, std::string_view text, bool little) {
  Amount amount;
  amount.how = Amount::How::prefixed;
  amount.little = little;
  for (std::uint8_t bytes = 1; bytes <= 4; ++bytes)
    if (text == fmt::format("uint{}", 8 * bytes)) amount.prefix = bytes;
  if (amount.prefix == 0)
    section.error(option, fmt::format("expected the type of the length that stands in front: uint8, uint16, uint24 or "
                                      "uint32, not {}; a fixed size is 'bytes', one of a field is 'bytes: NAME'",
                                      in_quotes(text)));
  return amount;
}

}  // namespace fieldgate::codec
