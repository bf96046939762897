// Line: finds LF with memchr, which is as fast as it gets.
#include "framing/line.hpp"

#include <cstring>

namespace fieldgate::framing {

Line::Config Line::Config::read(config::Section& section) {
  Config config;
  config.max_length = read_max_length(section);
  config.skip_empty =
      section.flag("skip_empty", false, "Whether empty lines are skipped; else each is an empty frame.");
  config.crlf = read_line_end(section);
  return config;
}

bool Line::read_line_end(config::Section& section) {
  return section.choice<bool>("line_end", false, "What ends the lines that go out.", {{"lf", false}, {"crlf", true}});
}

Cut Line::next(Bytes input) {
  std::size_t begin = 0;
  std::size_t from = scanned_ < input.size() ? scanned_ : input.size();
  while (from < input.size()) {
    const void* const found = std::memchr(input.data() + from, '\n', input.size() - from);
    if (found == nullptr) break;
    const auto at = static_cast<std::size_t>(static_cast<const char*>(found) - input.data());
    const std::size_t length = at - begin - (at > begin && input[at - 1] == '\r' ? 1 : 0);
    scanned_ = 0;
    if (discarding_) {
      discarding_ = false;
    } else if (length > max_length_) {
      return Cut::reject("too_long", at + 1);
    } else if (length > 0 || !skip_empty_) {
      return Cut::whole(input.substr(begin, length), at + 1);
    }
    begin = from = at + 1;
  }
  return unfinished(input.substr(begin), begin);
}

Result<void> Line::wrap(Bytes payload, std::string& out) const {
  if (payload.size() > max_length_) return too_long(payload, max_length_);
  if (payload.find('\n') != Bytes::npos || payload.ends_with('\r'))
    return Error{"line_break",
                 "it holds a line break; the framing adds the one at its end by itself (framing.line_end)"};
  out.append(payload).append(crlf_ ? "\r\n" : "\n");
  return {};
}

Cut Line::unfinished(Bytes rest, std::size_t skipped) {
  const std::size_t length = rest.size() - (!rest.empty() && rest.back() == '\r' ? 1 : 0);
  if (!discarding_ && length <= max_length_) {
    scanned_ = rest.size();
    return Cut::more(skipped);
  }
  const bool reported = discarding_;
  discarding_ = true;
  scanned_ = 0;
  return reported ? Cut::more(skipped + rest.size()) : Cut::reject("too_long", skipped + rest.size());
}

Cut Line::resume(Bytes input) {
  const std::size_t end = input.find('\n');
  if (end == Bytes::npos) return Cut::more(input.size());
  discarding_ = false;
  return Cut::more(end + 1);
}

Cut Line::stalled(Bytes input) {
  scanned_ = 0;
  discarding_ = false;
  return Framer::stalled(input);
}

}  // namespace fieldgate::framing
