// Delimiter: the first delimiter that begins, however the bytes are split.
#include "framing/delimiter.hpp"

#include <algorithm>

namespace fieldgate::framing {

/// How many bytes at the front of the input belong to the delimiter that ended the last frame, in a longer form.
std::size_t DelimiterShape::longer_tail(Bytes input, bool& undecided) const {
  const std::string& shorter = config_.delimiters[ended_by_];
  std::size_t longest = 0;
  std::size_t hidden = 0;
  for (const std::string& delimiter : config_.delimiters.list()) {
    if (delimiter.size() <= shorter.size() || !delimiter.starts_with(shorter)) continue;
    const Bytes tail = Bytes(delimiter).substr(shorter.size());
    if (input.starts_with(tail)) longest = std::max(longest, tail.size());
    if (tail.size() > input.size() && tail.starts_with(input)) hidden = std::max(hidden, tail.size());
  }
  undecided = hidden > longest;
  return longest;
}

/// Where the frame's content begins.
std::size_t DelimiterShape::content(Bytes rest) const {
  return config_.before && config_.strip ? config_.delimiters.match(rest, 0).length : 0;
}

/// Where the frame ends that `rest` begins with.
DelimiterShape::Ending DelimiterShape::ending(Bytes rest) {
  std::size_t at = scanned_;
  if (config_.before && at == 0) at = std::min(config_.delimiters.match(rest, 0).length, rest.size());
  for (;;) {
    at = config_.delimiters.find(rest, at);
    if (at >= rest.size()) return {false, at, {}};
    const Markers::Match found = config_.delimiters.match(rest, at);
    if (found.length == 0 || (found.longer && !config_.strip)) return {false, at, found};
    const std::size_t behind = at + found.length;
    if (!config_.not_followed_by.empty()) {
      const Bytes follows = rest.substr(behind);
      if (follows.starts_with(config_.not_followed_by)) {
        at = behind;
        continue;
      }
      if (Bytes(config_.not_followed_by).starts_with(follows)) return {false, at, found};
    }
    if (++counted_ == config_.count) return {true, at, found};
    at = scanned_ = behind;
  }
}

Measure DelimiterShape::measure(Bytes rest) {
  if (config_.before && scanned_ == 0) {
    const std::size_t begin = config_.delimiters.find(rest, 0);
    if (begin > 0) return Measure::garbage(begin);
    if (config_.delimiters.match(rest, 0).length == 0) return Measure::more(rest.size() + 1);
  }
  const Ending found = ending(rest);
  const std::size_t most = content(rest) + config_.common.max_length;
  if (found.at > most) {  // how far was looked depends on the split, what is given up must not
    forget();
    discarding_ = true;
    return Measure::too_long(most + 1);
  }
  if (found.known) return ended(rest, found);
  scanned_ = found.at;
  return Measure::more(rest.size() + 1);
}

Measure DelimiterShape::ended(Bytes rest, const Ending& ending) {
  const std::size_t from = content(rest);
  const std::size_t delimiter = config_.before ? 0 : ending.match.length;
  const std::size_t total = ending.at + delimiter + config_.trailer;
  const std::size_t length = ending.at - std::min(from, ending.at);
  if (rest.size() < total) {  // of its trailer
    --counted_;
    scanned_ = ending.at;
    return Measure::more(total);
  }
  scanned_ = counted_ = 0;
  if (ending.match.longer && !config_.before && config_.trailer == 0) ended_by_ = ending.match.index;
  if (length == 0 && config_.skip_empty) return Measure::empty(total);
  return framed(rest, from, length, delimiter, total);
}

Measure DelimiterShape::framed(Bytes rest, std::size_t from, std::size_t length, std::size_t delimiter,
                               std::size_t total) {
  const Bytes inside = rest.substr(from, length);
  const Bytes trailer = rest.substr(total - config_.trailer, config_.trailer);
  if (config_.escape.nothing_in(inside) && (!config_.strip || trailer.empty()))
    return Measure::whole(config_.strip ? inside : rest.substr(0, total), total);
  scratch_.clear();
  if (!config_.escape.undo_all(inside, scratch_)) return Measure::bad("bad_escape", total);
  if (!config_.strip) scratch_.append(rest.substr(from + length, delimiter));
  scratch_.append(trailer);
  return Measure::whole(scratch_, total);
}

/// What is still of the last delimiter, or of a frame that was too long.
std::size_t DelimiterShape::resume(Bytes input) {
  if (ended_by_ != none) {
    bool undecided = false;
    const std::size_t tail = longer_tail(input, undecided);
    if (!undecided) ended_by_ = none;
    return undecided ? 0 : tail;
  }
  const std::size_t at = config_.delimiters.find(input, 0);
  const Markers::Match found = at < input.size() ? config_.delimiters.match(input, at) : Markers::Match{};
  if (found.length == 0 || (found.longer && !config_.strip)) return at;
  discarding_ = false;
  if (config_.before) return at;
  if (input.size() < at + found.length + config_.trailer) {
    discarding_ = true;
    return at;
  }
  if (found.longer && config_.trailer == 0) ended_by_ = found.index;
  return at + found.length + config_.trailer;
}

/// The last frame, which no delimiter ends, when nothing more comes.
Measure DelimiterShape::flush(Bytes input) {
  if (!config_.not_followed_by.empty() && counted_ + 1 == config_.count && scanned_ < input.size()) {
    const Markers::Match last = config_.delimiters.match(input, scanned_);  // nothing follows it any more
    if (last.length > 0 && scanned_ + last.length == input.size())
      return framed(input, 0, scanned_, last.length, input.size());
  }
  const bool begun = !config_.before || config_.delimiters.match(input, 0).length > 0;
  if (!config_.flush_on_idle || midway() || input.empty() || !begun) return Measure::more(input.size() + 1);
  const std::size_t from = content(input);
  const Measure last = framed(input, from, input.size() - from, 0, input.size());
  return config_.trailer > 0 ? Measure::more(input.size() + 1) : last;
}

Result<void> DelimiterShape::wrap(Bytes payload, std::string& out) const {
  const std::string& end = config_.delimiters.surest();
  std::string plain;
  Result<Draft> draft = Draft::make(config_.common, payload, 0, config_.strip ? config_.trailer : 0, plain);
  if (!draft) return draft.error();
  if (!config_.common.start.empty() && !plain.starts_with(config_.common.start[0])) {
    plain.clear();
    draft = Draft::make(config_.common, payload, config_.common.start[0].size(), config_.strip ? config_.trailer : 0,
                        plain);
    if (!draft) return draft.error();
    draft->put(0, config_.common.start[0]);
  }
  const bool ended = !config_.strip && (config_.before ? plain.starts_with(end) : plain.ends_with(end));
  if (!config_.strip && !ended) plain.insert(config_.before ? 0 : plain.size(), end);
  if (const auto filled = draft->fill_checksum(config_.common); !filled) return filled.error();
  const std::size_t content = plain.size() - std::min(plain.size(), config_.strip    ? config_.trailer
                                                                    : config_.before ? 0
                                                                                     : end.size());
  if (config_.strip && config_.before) out.append(end);
  config_.escape ? config_.escape.apply(Bytes(plain).substr(0, content), out)
                 : static_cast<void>(out.append(plain, 0, content));
  if (config_.strip && !config_.before) out.append(end);
  out.append(plain, content);
  return {};
}

}  // namespace fieldgate::framing
