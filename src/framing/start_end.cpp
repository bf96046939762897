// StartEnd: the end is looked for in the bytes of the wire; what is inside is unescaped afterwards.
#include "framing/start_end.hpp"

#include <algorithm>

#include "config/node.hpp"

namespace fieldgate::framing {

namespace {

/// Bytes of the longest line behind an end.
constexpr std::size_t longest_trailer = 256;

}  // namespace

StartEndShape::Config StartEndShape::Config::read(config::Section& section) {
  Config config;
  config.end = Markers::read(section, "end", true, "What ends a frame, one or several byte strings.");
  config.strip = section.flag("strip", false, "Whether start and end are cut off, also for ranges.");
  config.nested = section.flag("nested", false, "Whether a start inside of a frame needs an end of its own.");
  config.quote = section.bytes("quote", std::string(), "Between two of these nothing starts or ends.");
  const std::string trailer =
      section.text("trailer", "0",
                   "What belongs to the frame behind its end: a number of bytes, or `line` for the rest of the line.");
  config.trailer_line = trailer == "line";
  for (const char c : config.trailer_line ? std::string_view() : std::string_view(trailer)) {
    if (c < '0' || c > '9' || config.trailer > longest_trailer) {
      section.error("trailer", "expected a number of bytes, at most 256, or 'line'");
      break;
    }
    config.trailer = config.trailer * 10 + static_cast<std::size_t>(c - '0');
  }
  config.restart_on_start =
      section.flag("restart_on_start", false, "Whether a start inside of a frame gives up what was begun.");
  config.min_length = static_cast<std::size_t>(section.integer(
      "min_length", 0, "Bytes of the shortest frame, escapes undone; a shorter one is bad.", {0, 16 * 1024 * 1024}));
  const std::size_t behind = config.strip || config.end.empty() ? 0 : config.end[0].size();
  config.common = Common::read(section, behind + config.trailer, true);
  config.common.shared_flag =
      section.flag("shared_flag", false, "Whether the end of a frame may be the start of the next.");
  config.escape = Escape::read(section, {&config.common.start, &config.end});
  if (config.nested && config.restart_on_start)
    section.error("restart_on_start",
                  "excludes 'nested': a start inside is either another frame's or belongs to this one");
  return config;
}

/// Looks at the byte at `at` and moves behind it.
StartEndShape::Found StartEndShape::scan_step(Bytes rest, std::size_t& at) {
  const Bytes here = rest.substr(at);
  if (!config_.quote.empty() && here.starts_with(config_.quote)) {
    quoted_ = !quoted_;
    at += config_.quote.size();
    return Found::nothing;
  }
  if (quoted_) {
    ++at;
    return Found::nothing;
  }
  const Markers::Match end = config_.end.match(rest, at);
  if (end.length > 0) {
    if (depth_ == 0) return Found::end;
    --depth_;
    at += end.length;
    return Found::nothing;
  }
  if (config_.nested || config_.restart_on_start) {
    const Markers::Match start = config_.common.start.match(rest, at);
    if (start.length > 0 && config_.restart_on_start) return Found::start;
    if (start.length > 0) ++depth_;
    at += std::max<std::size_t>(start.length, 1);
    return Found::nothing;
  }
  ++at;
  return Found::nothing;
}

/// Moves scanned_ to the end of the frame, to a start inside of it, or as far as can be told.
StartEndShape::Found StartEndShape::scan(Bytes rest, std::size_t from) {
  std::size_t at = std::max(from, scanned_);
  if (!config_.nested && !config_.restart_on_start && config_.quote.empty()) {
    scanned_ = config_.end.find(rest, at);
    const bool whole = scanned_ < rest.size() && config_.end.match(rest, scanned_).length > 0;
    return whole && !config_.end.match(rest, scanned_).longer ? Found::end : Found::nothing;
  }
  Found found = Found::nothing;
  while (at < rest.size() && found == Found::nothing) {
    const bool unsure = config_.end.match(rest, at).longer || config_.common.start.match(rest, at).longer ||
                        (rest.size() - at < config_.quote.size() && config_.quote.starts_with(rest.substr(at)));
    if (unsure) break;
    found = scan_step(rest, at);
  }
  scanned_ = at;
  return found;
}

Measure StartEndShape::measure(Bytes rest) {
  const std::size_t from = config_.common.start.match(rest, 0).length;
  const Found found = scan(rest, from);
  const std::size_t most = from + config_.common.max_length;
  if (scanned_ > most) {  // how far was looked depends on the split, what is given up must not
    forget();
    discarding_ = true;
    return Measure::too_long(most + 1);
  }
  if (found == Found::end) return ended(rest, from);
  return found == Found::start ? Measure::bad("bad_end", scanned_) : Measure::more(rest.size() + 1);
}

/// Where the trailer ends of an end at `end`; `more` where it is not there.
Measure StartEndShape::behind(Bytes rest, std::size_t end) const {
  const std::size_t marker = end + config_.end.match(rest, end).length;
  if (!config_.trailer_line) {
    const std::size_t total = marker + config_.trailer;
    return rest.size() < total ? Measure::more(total) : Measure::empty(total);
  }
  const std::size_t line = rest.find('\n', marker);
  const std::size_t length = (line == Bytes::npos ? rest.size() : line) - marker;
  if (length > longest_trailer) return Measure::bad("bad_end", marker);
  return line == Bytes::npos ? Measure::more(rest.size() + 1) : Measure::empty(line + 1);
}

/// It ends at scanned_.
Measure StartEndShape::ended(Bytes rest, std::size_t from) {
  const std::size_t end = scanned_;
  if (end == from && config_.common.shared_flag) {
    scanned_ = 0;
    return Measure::empty(from);
  }
  const Measure total = behind(rest, end);
  if (total.kind != Measure::Kind::empty) return total;
  scanned_ = 0;
  return framed(rest, from, end, total.size);
}

Measure StartEndShape::framed(Bytes rest, std::size_t from, std::size_t end, std::size_t total) {
  const Bytes inside = rest.substr(from, end - from);
  const std::size_t end_length = config_.end.match(rest, end).length;
  const Bytes trailer = rest.substr(end + end_length, total - end - end_length);
  Bytes frame;
  if (config_.escape.nothing_in(inside) && (!config_.strip || trailer.empty())) {
    frame = config_.strip ? inside : rest.substr(0, total);
    if (inside.size() < config_.min_length) return Measure::bad("bad_length", total);
  } else {
    scratch_.clear();
    if (!config_.strip) scratch_.append(rest.substr(0, from));
    const std::size_t begin = scratch_.size();
    if (!config_.escape.undo_all(inside, scratch_)) return Measure::bad("bad_escape", total);
    if (scratch_.size() - begin < config_.min_length) return Measure::bad("bad_length", total);
    if (!config_.strip) scratch_.append(rest.substr(end, end_length));
    frame = scratch_.append(trailer);
  }
  return Measure::whole(frame, total);
}

/// Leaves a frame that is too long at its end, or where another one starts.
std::size_t StartEndShape::resume(Bytes input) {
  const Markers& start = config_.common.start;
  const std::size_t end_at = config_.end.find(input, 0);
  const std::size_t start_at = start.find(input.substr(0, end_at), 0);
  if (start_at < end_at) {
    discarding_ = start.match(input, start_at).length == 0;
    return start_at;
  }
  if (end_at == input.size()) return end_at;
  const bool whole = config_.end.match(input, end_at).length > 0;
  if (whole && start.match(input, end_at).length > 0) {
    discarding_ = false;
    return end_at;
  }
  const Measure total = whole ? behind(input, end_at) : Measure::more(0);
  discarding_ = total.kind == Measure::Kind::more;
  return discarding_ ? end_at : total.size;
}

Result<void> StartEndShape::wrap_stripped(Bytes payload, std::string& out) const {
  std::string inside;
  Result<Draft> draft = Draft::make(config_.common, payload, 0, config_.trailer, inside);
  if (!draft) return draft.error();
  if (const auto filled = draft->fill_checksum(config_.common); !filled) return filled.error();
  const std::size_t content = inside.size() - std::min(inside.size(), config_.trailer);
  out.append(config_.common.start[0]);
  config_.escape ? config_.escape.apply(Bytes(inside).substr(0, content), out)
                 : static_cast<void>(out.append(inside, 0, content));
  out.append(config_.end.surest()).append(inside, content).append(config_.trailer_line ? "\r\n" : "");
  return {};
}

Result<void> StartEndShape::wrap(Bytes payload, std::string& out) const {
  if (config_.strip) return wrap_stripped(payload, out);
  const Common& common = config_.common;
  const std::string& end = config_.end.surest();
  const std::size_t tail = common.checksum ? common.checksum->tail() : 0;
  const std::size_t trailer = config_.trailer_line ? std::max<std::size_t>(tail, 2) : config_.trailer;
  std::string plain;
  Result<Draft> draft = Draft::make(common, payload, common.start[0].size(), end.size() + trailer, plain);
  if (!draft) return draft.error();
  const std::size_t end_at = plain.size() - trailer - end.size();
  draft->put(0, common.start[0]);
  draft->put(end_at, end);
  if (config_.trailer_line) draft->put(plain.size() - 2, "\r\n");
  if (const auto filled = draft->fill_checksum(common); !filled) return filled.error();
  const std::size_t begin = std::min(common.start[0].size(), end_at);
  out.append(plain, 0, begin);
  config_.escape ? config_.escape.apply(Bytes(plain).substr(begin, end_at - begin), out)
                 : static_cast<void>(out.append(plain, begin, end_at - begin));
  out.append(plain, end_at);
  return {};
}

}  // namespace fieldgate::framing
