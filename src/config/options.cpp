// Reading options of one value: what each type takes, and what it says when it is given something else.
#include <fmt/format.h>

#include "config/node.hpp"
#include "config/option_description.hpp"
#include "config/render.hpp"
#include "config/section.hpp"
#include "config/values.hpp"

namespace fieldgate::config {
namespace {

Result<std::int64_t> in_range(std::int64_t value, const Range& range, std::string (*render_value)(std::int64_t),
                              std::string (*show_range)(const Range&)) {
  if (value >= range.from && value <= range.to) return value;
  const std::string shown = show_range(range);
  return wrong(fmt::format("must be {}{}, not {}", range.from != INT64_MIN && range.to != INT64_MAX ? "from " : "",
                           shown, render_value(value)));
}

Result<std::int64_t> parse_integer_in(std::string_view text, const Range& range) {
  const auto value = parse_integer(text);
  return value ? in_range(*value, range, render, render_range) : value;
}

Result<std::int64_t> parse_size_in(std::string_view text, const Range& range) {
  const auto value = parse_size(text);
  return value ? in_range(*value, range, render_size, render_size_range) : value;
}

Result<Duration> parse_duration_from(std::string_view text, Duration at_least) {
  const auto value = parse_duration(text);
  if (value && *value < at_least)
    return wrong(fmt::format("must be at least {}, not {}", render(at_least), in_quotes(text)));
  return value;
}

template <class T>
Result<std::optional<T>> optional_of(const Result<T>& value) {
  if (!value) return value.error();
  return std::optional<T>(*value);
}

/// "an address", "a size"; some types need no article.
std::string with_article(const std::string& type) {
  if (type == "text" || type == "bytes" || type.starts_with("true") || type.starts_with("one of")) return type;
  return (type.starts_with('a') ? "an " : "a ") + type;
}

}  // namespace

template <class T, class Parse>
T Section::scalar(Description description, const Default<T>& fallback, const Parse& parse) {
  const std::string name = description.name;
  const std::string type = description.type;
  const Node* found = ask(std::move(description), &Node::is_scalar, with_article(type));
  const T otherwise = fallback.value.value_or(T{});
  if (!found || found->unresolved) return otherwise;
  Result<T> value = parse(*found);
  if (value) return *value;
  error(name, found->secret ? fmt::format("what ${{file:}} or ${{credential:}} gave is not {}", with_article(type))
                            : value.error().text);
  return otherwise;
}

bool Section::flag(std::string_view name, Default<bool> fallback, std::string_view meaning) {
  return scalar(describe_option(name, "true or false", meaning, fallback, [](bool v) { return render(v); }), fallback,
                [](const Node& node) { return parse_flag(node.text); });
}

std::int64_t Section::integer(std::string_view name, Default<std::int64_t> fallback, std::string_view meaning,
                              Range range) {
  Description description =
      describe_option(name, "whole number", meaning, fallback, [](std::int64_t v) { return render(v); });
  description.range = render_range(range);
  return scalar(std::move(description), fallback, [&](const Node& node) { return parse_integer_in(node.text, range); });
}

std::string Section::text(std::string_view name, Default<std::string> fallback, std::string_view meaning) {
  return scalar(describe_option(name, "text", meaning, fallback, render_text), fallback,
                [&](const Node& node) -> Result<std::string> {
                  check_literal(name, node);
                  if (node.text.empty() && !fallback.value) return wrong("must not be empty");
                  return node.text;
                });
}

std::optional<std::string> Section::optional_text(std::string_view name, std::string_view meaning) {
  return scalar(describe_optional(name, "text", meaning),
                Default<std::optional<std::string>>(std::optional<std::string>()),
                [&](const Node& node) -> Result<std::optional<std::string>> {
                  check_literal(name, node);
                  return std::optional<std::string>(node.text);
                });
}

std::string Section::bytes(std::string_view name, Default<std::string> fallback, std::string_view meaning) {
  return scalar(describe_option(name, "bytes", meaning, fallback, render_bytes), fallback, [&](const Node& node) {
    if (const auto doubt = node.secret ? std::nullopt : hex_warning(node.text)) warning(name, *doubt);
    return parse_bytes(node.text);
  });
}

Duration Section::duration(std::string_view name, Default<Duration> fallback, std::string_view meaning,
                           Duration at_least) {
  Description description = describe_option(name, "duration", meaning, fallback, [](Duration v) { return render(v); });
  if (at_least > Duration::zero()) description.range = "at least " + render(at_least);
  return scalar(std::move(description), fallback,
                [&](const Node& node) { return parse_duration_from(node.text, at_least); });
}

std::optional<Duration> Section::optional_duration(std::string_view name, std::string_view meaning) {
  return scalar(describe_optional(name, "duration", meaning),
                Default<std::optional<Duration>>(std::optional<Duration>()),
                [](const Node& node) -> Result<std::optional<Duration>> {
                  if (node.text == none) return std::optional<Duration>();
                  return optional_of(parse_duration(node.text));
                });
}

std::size_t Section::size(std::string_view name, Default<std::size_t> fallback, std::string_view meaning, Range range) {
  Description description = describe_option(name, "size", meaning, fallback,
                                            [](std::size_t v) { return render_size(static_cast<std::int64_t>(v)); });
  description.range = render_size_range(range);
  return scalar(std::move(description), fallback, [&](const Node& node) -> Result<std::size_t> {
    const auto value = parse_size_in(node.text, range);
    if (!value) return value.error();
    return static_cast<std::size_t>(*value);
  });
}

std::optional<Rate> Section::optional_rate(std::string_view name, std::string_view meaning) {
  return scalar(describe_optional(name, "rate", meaning), Default<std::optional<Rate>>(std::optional<Rate>()),
                [](const Node& node) -> Result<std::optional<Rate>> {
                  if (node.text == none) return std::optional<Rate>();
                  return optional_of(parse_rate(node.text));
                });
}

std::optional<std::int64_t> Section::optional_integer(std::string_view name, std::string_view meaning, Range range) {
  Description description = describe_optional(name, "whole number", meaning);
  description.range = render_range(range);
  return scalar(std::move(description), Default<std::optional<std::int64_t>>(std::optional<std::int64_t>()),
                [&](const Node& node) -> Result<std::optional<std::int64_t>> {
                  if (node.text == none) return std::optional<std::int64_t>();
                  return optional_of(parse_integer_in(node.text, range));
                });
}

std::filesystem::path Section::path(std::string_view name, Default<std::string> fallback, std::string_view meaning) {
  const std::string text = scalar(describe_option(name, "path", meaning, fallback, render_text), fallback,
                                  [](const Node& node) -> Result<std::string> {
                                    if (node.text.empty())
                                      return wrong("must not be empty: leave the option out, or write a path");
                                    return node.text;
                                  });
  const std::filesystem::path path(text);
  return has(name) && !text.empty() && path.is_relative() ? directory(name) / path : path;
}

Address Section::address(std::string_view name, Default<Address> fallback, std::string_view meaning) {
  return scalar(describe_option(name, "address", meaning, fallback, [](const Address& v) { return v.text(); }),
                fallback, [&](const Node& node) {
                  Result<Address> address = parse_address(node.text);
                  if (address && address->kind == Address::Kind::unix_socket && !address->host.starts_with('/')) {
                    address->host = (directory(name) / address->host).string();
                  }
                  return address;
                });
}

std::size_t Section::choose(std::string_view name, bool has_default, std::string_view shown, std::string_view meaning,
                            const std::vector<std::string_view>& words) {
  Description description = describe_option(name, "one of " + joined(words), meaning);
  description.is_required = !has_default;
  description.fallback = has_default ? shown : std::string_view();
  return scalar(std::move(description), Default<std::size_t>(npos), [&](const Node& node) -> Result<std::size_t> {
    for (std::size_t i = 0; i < words.size(); ++i) {
      if (words[i] == node.text) return i;
    }
    return wrong(fmt::format("must be one of {}, not {}{}", joined(words), in_quotes(node.text),
                             did_you_mean(node.text, words)));
  });
}

}  // namespace fieldgate::config
