// Delimiter: the first delimiter that begins, however the bytes are split.
#include "framing/delimiter.hpp"

#include <algorithm>
#include <cstring>

#include "config/node.hpp"

namespace fieldgate::framing {

Delimiter::Config Delimiter::Config::read(config::Section& section) {
  constexpr std::string_view what =
      "What ends a frame: the one that begins first, and of those that begin together the longest.";
  Config config;
  const config::Node* const node = section.node("delimiters");
  if (node != nullptr && node->is_scalar()) {
    config.delimiters = {section.bytes("delimiters", config::required, what)};
  } else {
    config.delimiters = section.bytes_list("delimiters", config::required, what);
  }
  config.strip = section.flag("strip", true, "Whether the delimiter is cut off; else it is the frame's end.");
  config.skip_empty =
      section.flag("skip_empty", false, "Whether frames with nothing before the delimiter are skipped.");
  config.max_length = read_max_length(section);
  const bool given = section.has("delimiters");
  if (given && config.delimiters.empty()) section.error("delimiters", "at least one delimiter is needed");
  if (std::erase(config.delimiters, std::string()) > 0 && given) section.error("delimiters", "a delimiter is empty");
  return config;
}

/// The delimiter at `at`, and whether the end of the input hides a longer one.
Delimiter::Match Delimiter::match(Bytes input, std::size_t at) const {
  Match found;
  const Bytes rest = input.substr(at);
  std::size_t longest_hidden = 0;
  for (std::uint32_t i = 0; i < config_.delimiters.size(); ++i) {
    const std::string& delimiter = config_.delimiters[i];
    if (rest.starts_with(delimiter)) {
      if (delimiter.size() > found.length) found = {i, delimiter.size(), false};
    } else if (delimiter.size() > rest.size() && Bytes(delimiter).starts_with(rest)) {
      longest_hidden = std::max(longest_hidden, delimiter.size());
    }
  }
  found.longer = longest_hidden > found.length;
  return found;
}

/// The next place where a delimiter may begin. Goes in small windows, so that a delimiter which never comes is not
/// looked for through the whole input again for every frame that another one ends.
std::size_t Delimiter::candidate(Bytes input, std::size_t from) const {
  constexpr std::size_t window = 256;
  while (from < input.size()) {
    std::size_t length = std::min(window, input.size() - from);
    bool any = false;
    for (const std::string& delimiter : config_.delimiters) {
      const void* const found = std::memchr(input.data() + from, delimiter.front(), length);
      if (found == nullptr) continue;
      length = static_cast<std::size_t>(static_cast<const char*>(found) - input.data()) - from;
      any = true;
    }
    if (any) return from + length;
    from += length;
  }
  return input.size();
}

/// How many bytes at the front of the input belong to the delimiter that ended the last frame, in a longer form.
std::size_t Delimiter::longer_tail(Bytes input, bool& undecided) const {
  const std::string& shorter = config_.delimiters[ended_by_];
  std::size_t longest = 0;
  std::size_t hidden = 0;
  for (const std::string& delimiter : config_.delimiters) {
    if (delimiter.size() <= shorter.size() || !delimiter.starts_with(shorter)) continue;
    const Bytes tail = Bytes(delimiter).substr(shorter.size());
    if (input.starts_with(tail)) longest = std::max(longest, tail.size());
    if (tail.size() > input.size() && tail.starts_with(input)) hidden = std::max(hidden, tail.size());
  }
  undecided = hidden > longest;
  return longest;
}

Cut Delimiter::next(Bytes input) {
  std::size_t begin = 0;
  if (ended_by_ != none) {
    bool undecided = false;
    begin = longer_tail(input, undecided);
    if (undecided) return Cut::more();
    ended_by_ = none;
  }
  std::size_t at = std::max(begin, scanned_);
  while ((at = candidate(input, at)) < input.size()) {
    const Match found = match(input, at);
    if (found.longer && (found.length == 0 || !config_.strip)) return unfinished(begin, at);
    if (found.length == 0) {
      ++at;
      continue;
    }
    const std::size_t length = at - begin;
    const std::size_t behind = at + found.length;
    scanned_ = 0;
    if (found.longer) ended_by_ = found.delimiter;
    if (discarding_) {
      discarding_ = false;
    } else if (length > config_.max_length) {
      return Cut::reject("too_long", behind);
    } else if (length > 0 || !config_.skip_empty) {
      return Cut::whole(input.substr(begin, config_.strip ? length : length + found.length), behind);
    }
    if (found.longer) return Cut::more(behind);
    begin = at = behind;
  }
  return unfinished(begin, input.size());
}

/// What frames that go out are ended with: whoever reads them must not have to wait for a longer delimiter.
const std::string& Delimiter::closing() const {
  const auto begins_another = [this](const std::string& one) {
    return std::any_of(config_.delimiters.begin(), config_.delimiters.end(), [&one](const std::string& other) {
      return other.size() > one.size() && other.starts_with(one);
    });
  };
  return *std::find_if_not(config_.delimiters.begin(), config_.delimiters.end(), begins_another);
}

Result<void> Delimiter::wrap(Bytes payload, std::string& out) const {
  const std::string& end = closing();
  const std::size_t begin = out.size();
  out.append(payload);
  if (config_.strip || !payload.ends_with(end)) out.append(end);
  const Bytes made = Bytes(out).substr(begin);
  const std::size_t last = made.size() - end.size();
  std::size_t at = candidate(made, 0);
  while (at < last) {
    const Match found = match(made, at);
    if (found.length > 0 || found.longer) break;
    at = candidate(made, at + 1);
  }
  if (at == last && last <= config_.max_length) return {};
  out.resize(begin);
  if (at == last) return too_long(payload, config_.max_length);
  return Error{"delimiter", "it holds a delimiter; the framing adds the one at its end by itself"};
}

/// No delimiter begins before `upto`, where one may.
Cut Delimiter::unfinished(std::size_t begin, std::size_t upto) {
  const bool too_long = upto - begin > config_.max_length;
  if (!discarding_ && !too_long) {
    scanned_ = upto - begin;
    return Cut::more(begin);
  }
  scanned_ = 0;
  if (discarding_) return Cut::more(upto);
  discarding_ = true;
  return Cut::reject("too_long", upto);
}

}  // namespace fieldgate::framing
