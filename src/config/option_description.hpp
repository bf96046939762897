// How the reference shows an option that is being read. Only for the files that read options.
#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "config/section.hpp"
#include "message/result.hpp"

namespace fieldgate::config {

/// Written for no value at all.
inline constexpr std::string_view none = "none";

inline Error wrong(std::string text) { return {"config", std::move(text)}; }

inline Description describe_option(std::string_view name, std::string_view type, std::string_view meaning) {
  Description description;
  description.name = name;
  description.type = type;
  description.meaning = meaning;
  return description;
}

template <class T, class Render>
Description describe_option(std::string_view name, std::string_view type, std::string_view meaning,
                            const Default<T>& fallback, const Render& render_value) {
  Description description = describe_option(name, type, meaning);
  description.is_required = !fallback.value;
  if (!fallback.shown.empty()) {
    description.fallback = fallback.shown;
  } else if (fallback.value) {
    description.fallback = render_value(*fallback.value);
  }
  return description;
}

inline Description describe_optional(std::string_view name, std::string_view type, std::string_view meaning) {
  Description description = describe_option(name, type, meaning);
  description.fallback = none;
  return description;
}

}  // namespace fieldgate::config
