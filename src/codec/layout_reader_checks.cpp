// LayoutReader: what can be known to be wrong at load, and values that every frame must have.
#include <fmt/format.h>

#include <algorithm>

#include "codec/layout_encoder.hpp"
#include "codec/layout_reader.hpp"
#include "config/values.hpp"

namespace fieldgate::codec {

using config::in_quotes;

/// A name that does not show may be used again and again: expressions see the last. Two of one that shows may stand in
/// different cases, or both under conditions; else a document would have both.
void LayoutReader::claim_name(config::Section& section, const FieldOptions& options) {
  if (options.name.empty() || options.name[0] == '_' || is_made_name(options.name)) return;
  std::vector<Arm> arms = arms_;
  if (options.condition) arms.push_back({size(), 0});
  auto& others = named_[full(options.name)];
  for (const Named& other : others) {
    const auto [mine, its] = std::mismatch(arms.begin(), arms.end(), other.arms.begin(), other.arms.end());
    if (mine != arms.end() && its != other.arms.end()) continue;
    const config::Files* const files = section.reader().files;
    const std::string file = files != nullptr ? files->at(other.mark.file).name + ":" : "line ";
    section.error("name", fmt::format("two fields are called {}: the other one stands at {}{}:{}",
                                      in_quotes(options.name), file, other.mark.line, other.mark.column));
    break;
  }
  others.push_back({std::move(arms), section.mark("name")});
}

/// The words that a switch on `chooser` can see; nothing where they are not known.
std::optional<std::vector<std::string_view>> LayoutReader::words_of(std::uint32_t chooser) const {
  if (chooser == no_index) return std::nullopt;
  const auto cell = program_.expressions[chooser].cell();
  if (!cell) return std::nullopt;
  std::vector<std::string_view> words;
  for (const Operation& operation : program_.operations) {
    if (operation.cell != *cell || operation.kind == Kind::verify) continue;
    const auto& known = program_.detail(operation).quantity.words;
    const bool number = operation.kind == Kind::integer || operation.kind == Kind::bits ||
                        operation.kind == Kind::boolean || operation.kind == Kind::real;
    if (!number && !(operation.kind == Kind::computed && !known.empty())) return std::nullopt;
    for (const auto& [value, word] : known) words.push_back(word);
  }
  return words;
}

void LayoutReader::check_word(config::Section& section, const config::Mark& mark, const std::string& word,
                              std::uint32_t owner) {
  if (program_.operations[owner].kind == Kind::tlv)
    return section.error(mark, "cases", fmt::format("{} is no tag: tags are numbers, like 0x01", in_quotes(word)));
  const auto words = words_of(detail(owner).expression);
  if (!words || std::find(words->begin(), words->end(), word) != words->end()) return;
  const std::string& chooser = program_.expressions[detail(owner).expression].source();
  if (words->empty()) {
    return section.error(
        mark, "cases",
        fmt::format("{} can never be: {} is a number without an 'enum'", in_quotes(word), in_quotes(chooser)));
  }
  const std::string hint = config::did_you_mean(word, *words);
  section.error(mark, "cases",
                fmt::format("the 'enum' of {} has no word {}{}", in_quotes(chooser), in_quotes(word),
                            hint.empty() ? "; known: " + config::joined(*words) : hint));
}

/// A clock without a zone in the data needs one in the configuration.
void LayoutReader::check_zone(config::Section& section, const Operation& operation, const Detail& detail) {
  const bool local =
      operation.kind == Kind::civil_time || operation.kind == Kind::cp56time || detail.pattern.needs_zone();
  if (local && !context_.has_zone) section.warning("type", std::string(missing_zone));
}

/// The bytes of a const: of `hex` or `text`, or of `value`, a number of `bytes` bytes or bytes as text.
std::string LayoutReader::constant_of(config::Section& section, const FieldOptions& options) {
  const std::string none(1, '\0');
  if (options.constant && options.value) section.error("value", "the bytes are said already by 'hex' or 'text'");
  const auto size = options.bytes ? amount(section, "bytes", *options.bytes, 1, INT32_MAX).fixed : 0;
  std::string bytes = options.constant.value_or(std::string());
  if (!options.constant && options.value) {
    const std::string& value = *options.value;
    const auto number = config::parse_integer(value);
    if (value.find("{{") != value.npos) {
      section.error("value", "a const is the same in every frame; what varies has another type, like uint16 or string");
      return none;
    }
    if (number && size > 0 && size <= 8) {
      const std::int64_t high = size == 8 ? 0 : *number >> (8 * size);
      if (high != 0 && high != -1) section.error("value", fmt::format("{} does not fit into {} bytes", value, size));
      for (std::int64_t i = 0; i < size; ++i) {
        const std::int64_t place = context_.little ? i : size - 1 - i;
        bytes += static_cast<char>(static_cast<std::uint64_t>(*number) >> (8 * place) & 0xFF);
      }
    } else if (value.starts_with("0x")) {
      const auto hex = config::parse_hex(std::string_view(value).substr(2));
      if (!hex) section.error("value", hex.error().text);
      bytes = hex ? *hex : none;
    } else if (number) {
      section.error("value", fmt::format("of a const: how wide is {}? Write bytes: 1, or hex: \"..\"", value));
      return none;
    } else {
      bytes = value;
    }
  }
  const bool is_wrong = section.has("hex") || section.has("value");  // that has been said
  if (bytes.empty() && !is_wrong) section.error("", "a const needs its bytes: hex: \"01 05\"");
  if (size > 0 && static_cast<std::int64_t>(bytes.size()) != size)
    section.error("bytes", fmt::format("the const has {} bytes, not {}", bytes.size(), size));
  return bytes.empty() ? none : bytes;
}

/// What the value at `index`, inside of `verify`, must be: bytes that are known now, or what an expression gives.
void LayoutReader::set_expected(config::Section& section, const FieldOptions& options, std::uint32_t verify) {
  const std::uint32_t index = verify + 1;
  const std::uint32_t written = detail(index).written;
  if (written != no_index && !program_.expressions[written].is_constant()) {
    detail(verify).expression = written;
    Operation& operation = program_.operations[index];
    const auto cell = options.name.empty() ? Result<std::uint32_t>(program_.cells++) : resolve(options.name);
    if (cell) operation.cell = *cell;
    return;
  }
  const Amount size = detail(index).amount;
  if (size.how == Amount::How::computed) detail(index).amount.how = Amount::How::rest;
  LayoutEncoder encoder(program_, nullptr);
  const auto bytes = encoder.encode_field(index);
  detail(index).amount = size;
  if (!bytes) return section.error("value", bytes.error().text);
  detail(verify).constant = *bytes;
}

bool LayoutReader::is_made_name(std::string_view name) { return name.find("{{") != name.npos; }

/// "io_{{ _id }}": what stands round the expression, which the name's middle is.
void LayoutReader::set_made_name(config::Section& section, const std::string& name, std::uint32_t index) {
  const std::size_t open = name.find("{{");
  const std::size_t close = name.find("}}", open);
  if (close == name.npos || name.find("{{", open + 2) != name.npos)
    return section.error("name", "a name has one {{ field }} in it: \"io_{{ _id }}\"");
  const std::uint32_t made = expression(section, "name", std::string_view(name).substr(open + 2, close - open - 2));
  detail(index).expression = made;
  detail(index).constant = name.substr(0, open);
  detail(index).behind = name.substr(close + 2);
  program_.has_unknown = true;
}

}  // namespace fieldgate::codec
