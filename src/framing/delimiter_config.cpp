// The options of delimiter, and of the types that are delimiters by other names: line and cobs.
#include <algorithm>

#include "config/node.hpp"
#include "framing/delimiter.hpp"
#include "framing/line.hpp"

namespace fieldgate::framing {

namespace {

/// Names of options that Line knows, or that are not the framing's.
bool plain(const config::Section& section) {
  const config::Node* const node = section.node();
  return node == nullptr || std::all_of(node->entries.begin(), node->entries.end(), [](const auto& entry) {
           return entry.key == "type" || entry.key == "max_length" || entry.key == "skip_empty" ||
                  entry.key == "line_end" || entry.key == "frame_timeout";
         });
}

}  // namespace

DelimiterShape::Config DelimiterShape::Config::read(config::Section& section,
                                                    const std::vector<std::string>& fallback) {
  Config config;
  config.delimiters =
      Markers::read(section, "delimiters", fallback.empty(),
                    "What ends a frame: the one that begins first, and of those that begin together the longest.");
  if (config.delimiters.empty() && !fallback.empty()) config.delimiters = Markers(fallback);
  config.strip = section.flag("strip", true, "Whether the delimiter is cut off; else it is the frame's end.");
  config.skip_empty =
      section.flag("skip_empty", false, "Whether frames with nothing before the delimiter are skipped.");
  config.trailer = static_cast<std::size_t>(
      section.integer("trailer", 0, "Bytes behind the delimiter that belong to the frame.", {0, 256}));
  config.before = section.choice<bool>("position", false,
                                       "Whether the delimiter stands after its frame, or before it: then a frame ends "
                                       "where the next begins.",
                                       {{"after", false}, {"before", true}});
  config.count = static_cast<std::size_t>(section.integer("count", 1, "How many delimiters end a frame.", {1, 65536}));
  config.not_followed_by =
      section.bytes("not_followed_by", std::string(), "A delimiter with this behind it ends nothing.");
  config.flush_on_idle =
      section.flag("flush_on_idle", false, "Whether what is there after frame_timeout without more bytes is a frame.");
  config.common = Common::read(section, config.strip || config.delimiters.empty() ? 0 : config.delimiters[0].size());
  config.escape = Escape::read(section, {&config.delimiters});
  if (config.before && config.trailer > 0) section.error("trailer", "has no place with 'position: before'");
  if (config.before && config.count > 1) section.error("count", "has no place with 'position: before'");
  return config;
}

DelimiterShape::Config DelimiterShape::Config::read_cobs(config::Section& section) {
  Config config;
  config.delimiters = Markers({std::string(1, '\0')});
  config.skip_empty = true;
  const bool reduced = section.flag("reduced", false, "Whether it is COBS/R, which saves a byte a frame where it can.");
  config.escape = Escape(reduced ? Escape::Kind::cobs_reduced : Escape::Kind::cobs);
  config.common = Common::read(section);
  return config;
}

Factory read_line(config::Section& section) {
  const bool crlf = Line::read_line_end(section);
  using Ends = std::vector<std::string>;
  DelimiterShape::Config config = DelimiterShape::Config::read(section, crlf ? Ends{"\r\n", "\n"} : Ends{"\n", "\r\n"});
  if (section.has("line_end") && section.has("delimiters"))
    section.error("line_end", "has no place with 'delimiters', of which the first ends what goes out");
  if (section.describing() || !plain(section)) return Factory::of<Delimiter>(std::move(config));
  return Factory::of<Line>({config.common.max_length, config.skip_empty, crlf});
}

Factory read_cobs(config::Section& section) {
  return Factory::of<Delimiter>(DelimiterShape::Config::read_cobs(section));
}

}  // namespace fieldgate::framing
