// Markers: memchr on first bytes, then comparison.
#include "framing/markers.hpp"

#include <algorithm>
#include <cstring>

#include "config/node.hpp"

namespace fieldgate::framing {

Markers Markers::read(config::Section& section, std::string_view name, bool required, std::string_view meaning) {
  const config::Node* const node = section.node(name);
  std::vector<std::string> list;
  if (node != nullptr && node->is_scalar()) {
    list = {section.bytes(name, required ? config::Default<std::string>(config::required) : std::string(), meaning)};
  } else if (required) {
    list = section.bytes_list(name, config::required, meaning);
  } else {
    list = section.bytes_list(name, std::vector<std::string>(), meaning);
  }
  if (section.has(name) && list.empty()) section.error(name, "at least one is needed");
  const bool is_wrong = node != nullptr && node->is_scalar() && !node->text.empty();  // that has been said
  if (std::erase(list, std::string()) > 0 && section.has(name) && !is_wrong)
    section.error(name, "one of them is empty");
  return Markers(std::move(list));
}

Markers::Match Markers::match(Bytes input, std::size_t at) const {
  Match found;
  const Bytes rest = input.substr(at);
  std::size_t longest_hidden = 0;
  for (std::uint32_t i = 0; i < list_.size(); ++i) {
    const std::string& one = list_[i];
    if (rest.starts_with(one)) {
      if (one.size() > found.length) found = {i, one.size(), false};
    } else if (one.size() > rest.size() && Bytes(one).starts_with(rest)) {
      longest_hidden = std::max(longest_hidden, one.size());
    }
  }
  found.longer = longest_hidden > found.length;
  return found;
}

std::size_t Markers::candidate(Bytes input, std::size_t from) const {
  constexpr std::size_t window = 256;
  if (from >= input.size()) return input.size();
  if (list_.size() == 1) {
    const void* const found = std::memchr(input.data() + from, list_.front().front(), input.size() - from);
    return found == nullptr ? input.size() : static_cast<std::size_t>(static_cast<const char*>(found) - input.data());
  }
  while (from < input.size()) {
    std::size_t length = std::min(window, input.size() - from);
    bool any = false;
    for (const std::string& one : list_) {
      const void* const found = std::memchr(input.data() + from, one.front(), length);
      if (found == nullptr) continue;
      length = static_cast<std::size_t>(static_cast<const char*>(found) - input.data()) - from;
      any = true;
    }
    if (any) return from + length;
    from += length;
  }
  return input.size();
}

std::size_t Markers::find(Bytes input, std::size_t from) const {
  for (std::size_t at = candidate(input, from); at < input.size(); at = candidate(input, at + 1)) {
    const Match found = match(input, at);
    if (found.length > 0 || found.longer) return at;
  }
  return input.size();
}

std::size_t Markers::longest() const {
  std::size_t longest = 0;
  for (const std::string& one : list_) longest = std::max(longest, one.size());
  return longest;
}

const std::string& Markers::surest() const {
  const auto begins_another = [this](const std::string& one) {
    return std::any_of(list_.begin(), list_.end(), [&one](const std::string& other) {
      return other.size() > one.size() && other.starts_with(one);
    });
  };
  return *std::find_if_not(list_.begin(), list_.end(), begins_another);
}

}  // namespace fieldgate::framing
