// The options of a quantity: scale, offset, unit, min, max, missing, enum.
#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "codec/quantity.hpp"
#include "config/node.hpp"
#include "config/values.hpp"
#include "message/json.hpp"

namespace fieldgate::codec {

namespace {

using config::in_quotes;

/// A whole number as bits: up to 2^64 - 1.
std::optional<std::int64_t> parse_raw(std::string_view text) {
  if (const auto number = config::parse_integer(text)) return *number;
  std::uint64_t large = 0;
  const bool hex = text.starts_with("0x");
  const std::string_view digits = hex ? text.substr(2) : text;
  const auto [end, bad] = std::from_chars(digits.data(), digits.data() + digits.size(), large, hex ? 16 : 10);
  if (bad != std::errc() || end != digits.data() + digits.size() || digits.empty()) return std::nullopt;
  return static_cast<std::int64_t>(large);
}

/// The text of an option that is one value; empty if it is not given, or no such.
const config::Node* ask(config::Section& field, std::string_view name, std::string_view type, std::string_view fallback,
                        std::string_view meaning) {
  config::Description description;
  description.name = name;
  description.type = type;
  description.fallback = fallback;
  description.meaning = meaning;
  field.claim(std::move(description));
  const config::Node* const node = field.node(name);
  if (node == nullptr || node->kind == config::Node::Kind::empty || node->unresolved) return nullptr;
  return node;
}

std::optional<Decimal> read_decimal(config::Section& field, std::string_view name, std::string_view text) {
  if (const auto decimal = parse_decimal(text); decimal && text.front() != '+') return decimal;
  if (const auto whole = config::parse_integer(text); whole && text.starts_with("0x")) return Decimal{*whole, 0};
  field.error(name, fmt::format("expected a number, not {}", in_quotes(text)));
  return std::nullopt;
}

/// What `scale` gives: exact where it can be written with a point.
void read_scale(config::Section& field, Quantity& quantity, std::optional<Decimal>& scale) {
  const config::Node* const node =
      ask(field, "scale", "number", "1", "What the number is multiplied with: 0.1, or 1/1800000.");
  if (node == nullptr) return;
  if (!node->is_scalar()) return field.error("scale", "expected a number, like 0.1 or 1/1800000");
  const std::string_view text = node->text;
  const std::size_t slash = text.find('/');
  const auto top = read_decimal(field, "scale", text.substr(0, slash));
  const auto bottom = slash == text.npos ? Decimal{1, 0} : read_decimal(field, "scale", text.substr(slash + 1));
  if (!top || !bottom) return;
  if (top->digits == 0 || bottom->digits == 0) return field.error("scale", "must not be 0: every value would be lost");
  scale = top;
  quantity.scale = top->real();
  if (slash == text.npos) return;
  quantity.divisor = bottom->real();
  // 1/1000 is as good as 0.001.
  for (int places = 0; places <= 12; ++places) {
    if (power_of_ten(places) % bottom->digits != 0) continue;
    if (__builtin_mul_overflow(top->digits, power_of_ten(places) / bottom->digits, &scale->digits)) break;
    scale->places = top->places - bottom->places + places;
    return;
  }
  quantity.decimal = false;
}

void make_exact(Quantity& quantity, Decimal scale, Decimal offset) {
  const int places = std::max({scale.places, offset.places, 0});
  quantity.decimal =
      quantity.decimal && places <= 15 && scale.places > -15 && offset.places > -15 &&
      !__builtin_mul_overflow(scale.digits, power_of_ten(std::min(18, places - scale.places)), &quantity.multiplier) &&
      !__builtin_mul_overflow(offset.digits, power_of_ten(std::min(18, places - offset.places)), &quantity.addend) &&
      places - scale.places <= 18 && places - offset.places <= 18;
  quantity.decimals = quantity.decimal ? places : 0;
}

void read_missing(config::Section& field, Quantity& quantity) {
  const config::Node* const node = ask(field, "missing", "number or list of numbers", "none",
                                       "The raw number that says there is no value, or a list: it gives null.");
  if (node == nullptr) return;
  const auto add = [&](const config::Node& one) {
    const auto raw = one.is_scalar() ? parse_raw(one.text) : std::nullopt;
    if (raw) return quantity.missing.push_back(*raw);
    field.error(one.mark, "missing", "expected the raw number that says there is no value, like 0xffff");
  };
  if (node->is_scalar() && node->text == "none") return;
  if (!node->is_list()) return add(*node);
  for (const config::Node& one : node->items) add(one);
}

void read_words(config::Section& field, Quantity& quantity) {
  for (auto& [key, word] : field.text_map("enum", "The words that raw numbers stand for: { 0: open, 1: closed }.")) {
    if (const auto raw = parse_raw(key)) {
      quantity.words.emplace_back(*raw, word);
      continue;
    }
    const config::Node* const map = field.node("enum");
    field.error(map->entry(key)->mark, "enum",
                fmt::format("expected a number as the key, not {}: enum: {{ 0: open, 1: closed }}", in_quotes(key)));
  }
  std::sort(quantity.words.begin(), quantity.words.end());
  for (std::size_t i = 1; i < quantity.words.size(); ++i) {
    if (quantity.words[i].first == quantity.words[i - 1].first)
      field.error("enum", fmt::format("{} stands in it twice", quantity.words[i].first));
  }
  for (const auto& [number, word] : quantity.words) json::append_string(quantity.quoted.emplace_back(), word);
}

}  // namespace

std::optional<double> read_number(config::Section& field, std::string_view name, std::string_view meaning) {
  const config::Node* const node = ask(field, name, "number", "none", meaning);
  if (node == nullptr || node->text == "none") return std::nullopt;
  if (!node->is_scalar()) {
    field.error(name, "expected a number");
    return std::nullopt;
  }
  const auto decimal = read_decimal(field, name, node->text);
  return decimal ? std::optional<double>(decimal->real()) : std::nullopt;
}

std::vector<std::string> read_missing_texts(config::Section& field) {
  const config::Node* const node = ask(field, "missing", "text or list of texts", "none",
                                       "What says that there is no value, a text or a number, or a list of them: "
                                       "[\"--\", NaN]; it gives null.");
  std::vector<std::string> texts;
  if (node == nullptr || (node->is_scalar() && node->text == "none")) return texts;
  if (node->is_scalar()) return {node->text};
  for (const config::Node& one : node->items) {
    if (one.is_scalar()) {
      texts.push_back(one.text);
    } else {
      field.error(one.mark, "missing", "expected a text in the list");
    }
  }
  if (texts.empty()) field.error("missing", "expected the text that says there is no value, or a list: [\"--\", NaN]");
  return texts;
}

Quantity Quantity::read(config::Section& field, std::vector<std::string>* missing_texts) {
  Quantity quantity;
  std::optional<Decimal> scale;
  read_scale(field, quantity, scale);
  std::optional<Decimal> offset;
  if (const config::Node* const node = ask(field, "offset", "number", "0", "What is added after the scale.")) {
    if (node->is_scalar()) {
      offset = read_decimal(field, "offset", node->text);
    } else {
      field.error("offset", "expected a number");
    }
  }
  if (offset) quantity.offset = offset->real();
  make_exact(quantity, scale.value_or(Decimal{1, 0}), offset.value_or(Decimal{0, 0}));
  quantity.unit = field.text("unit", std::string(), "Its unit: shown by `decode`, not sent.");
  quantity.min = read_number(field, "min", "A value below is no value: the frame does not decode.");
  quantity.max = read_number(field, "max", "A value above is no value: the frame does not decode.");
  if (quantity.min && quantity.max && *quantity.min > *quantity.max) field.error("min", "is above 'max'");
  if (missing_texts == nullptr) {
    read_missing(field, quantity);
  } else {
    for (std::string& text : read_missing_texts(field)) {
      const auto raw = parse_raw(text);
      if (raw) quantity.missing.push_back(*raw);
      if (!raw) missing_texts->push_back(std::move(text));
    }
  }
  read_words(field, quantity);
  return quantity;
}

}  // namespace fieldgate::codec
