// Aside: a constant by comparison, a pattern by itself and by the pattern of its beginnings.
#include "protocol/aside.hpp"

#include <algorithm>
#include <numeric>

#include "config/values.hpp"
#include "protocol/prefix_pattern.hpp"

namespace fieldgate::protocol {

namespace {

std::string anchored(std::string_view pattern) { return "\\A(?:" + std::string(pattern) + ")"; }

}  // namespace

AsideOptions AsideOptions::read(config::Section& s) {
  AsideOptions options;
  const auto hex = s.optional_text("hex", "These bytes, in hex.");
  const auto regex = s.optional_text("regex", "Bytes that match this pattern (RE2), from their first.");
  if (s.describing()) return options;
  if (hex.has_value() == regex.has_value()) {
    s.error("", "says what the bytes are by one of hex, regex");
    return options;
  }
  if (hex) {
    auto bytes = config::parse_hex(*hex);
    if (!bytes) {
      s.error("hex", bytes.error().text);
    } else if (options.bytes = std::move(*bytes); options.bytes.empty()) {
      s.error("hex", "must not be empty");
    }
    return options;
  }
  options.regex = without_end_anchor(*regex);
  auto pattern = script::Pattern::compile_bytes(anchored(options.regex));
  const auto prefix = prefix_pattern(options.regex);
  if (!pattern) {
    s.error("regex", pattern.error().text);
  } else if (!prefix) {
    s.error("regex", prefix.error().text);
  } else if (const auto compiled = script::Pattern::compile_bytes(*prefix); !compiled) {
    s.error("regex", "it is too large: bytes that come in pieces could not be recognised by it");
  } else if (pattern->found_in("")) {
    s.error("regex", "matches no bytes at all, so everywhere");
  }
  return options;
}

Aside::Aside(const AsideOptions& options) : bytes_(options.bytes) {
  if (options.regex.empty()) return;
  pattern_.emplace(std::move(*script::Pattern::compile_bytes(anchored(options.regex))));
  prefix_.emplace(std::move(*script::Pattern::compile_bytes(*prefix_pattern(options.regex))));
  names_ = pattern_->group_names();
  groups_.resize(names_.size());
  names_.erase(names_.begin());
  std::iota(likely_.begin(), likely_.end(), static_cast<unsigned char>(0));
}

Aside::Found Aside::look(Bytes input, std::size_t& length) {
  if (pattern_) return look_for_pattern(input.substr(0, max_length), length);
  const std::size_t shared = std::min(input.size(), bytes_.size());
  if (bytes_.empty() || input.substr(0, shared) != Bytes(bytes_).substr(0, shared)) return Found::nothing;
  length = bytes_.size();
  return shared == bytes_.size() ? Found::whole : Found::begun;
}

Aside::Found Aside::look_for_pattern(Bytes input, std::size_t& length) {
  if (pattern_->match(input, false, groups_) && !groups_[0].empty()) {
    length = groups_[0].size();
    if (input.size() >= max_length) return Found::whole;
    const bool grows = length == input.size() ? can_grow(input) : prefix_->match(input, true, {});
    return grows ? Found::growing : Found::whole;
  }
  return input.size() < max_length && prefix_->match(input, true, {}) ? Found::begun : Found::nothing;
}

bool Aside::can_grow(Bytes input) {
  scratch_.assign(input);
  scratch_ += '\0';
  const auto found = std::find_if(likely_.begin(), likely_.end(), [this](unsigned char next) {
    ++tries_;
    scratch_.back() = static_cast<char>(next);
    return prefix_->match(scratch_, true, {});
  });
  if (found == likely_.end()) return false;
  std::rotate(likely_.begin(), found, found + 1);  // what comes next most often grows by the same kind of byte
  return true;
}

}  // namespace fieldgate::protocol
