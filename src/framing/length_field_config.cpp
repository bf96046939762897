// The options of length_field.
#include "config/node.hpp"
#include "framing/length_field.hpp"

namespace fieldgate::framing {

namespace {

constexpr std::int64_t max_adjust = 16 * 1024 * 1024;

using Shape = LengthFieldShape;

Shape::Endian read_endian(config::Section& section, std::string_view meaning) {
  return section.choice<Shape::Endian>("endian", Shape::Endian::big, meaning,
                                       {{"big", Shape::Endian::big}, {"little", Shape::Endian::little}});
}

std::uint64_t mask_of(const std::optional<std::int64_t>& mask) {
  return mask ? static_cast<std::uint64_t>(*mask) : ~std::uint64_t{0};
}

Shape::Addend read_addend(config::Section& section) {
  Shape::Addend addend;
  addend.offset = static_cast<std::size_t>(
      section.integer("offset", config::required, "Where it starts, in bytes from the start of the frame.", {0, 1024}));
  addend.size = static_cast<std::size_t>(section.integer("size", 1, "Its width in bytes.", {1, 8}));
  addend.endian = read_endian(section, "Order of its bytes.");
  addend.mask = mask_of(section.optional_integer("mask", "The bits of it that count: 0x0f.", {0}));
  addend.scale = section.integer("scale", 1, "What it is multiplied by.", {1, 65536});
  return addend;
}

void read_strip(config::Section& section, Shape::Config& config) {
  const std::string strip =
      section.text("strip", "0",
                   "Leading bytes that the codec does not read: a number, or `header` for all up to the length's end.");
  config.strip_header = strip == "header";
  if (config.strip_header) return;
  std::size_t value = 0;
  for (const char c : strip) {
    if (c < '0' || c > '9' || value > 1024 * 1024) {
      section.error("strip", "expected a number of bytes, or 'header'");
      return;
    }
    value = value * 10 + static_cast<std::size_t>(c - '0');
  }
  config.strip = value;
}

void read_field(config::Section& section, Shape::Config& config) {
  using Encoding = Shape::Encoding;
  using From = Shape::From;
  config.length_offset = static_cast<std::size_t>(section.integer(
      "length_offset", 0, "Where the length field starts, in bytes from the start of the frame.", {0, 1024 * 1024}));
  const auto size = section.optional_integer(
      "length_size", "Width of the length field in bytes; of a varint, and with length_terminator, at most.", {1, 8});
  config.endian = read_endian(section, "Order of the length field's bytes.");
  config.encoding = section.choice<Encoding>("length_encoding", Encoding::uint, "How the length is written.",
                                             {{"uint", Encoding::uint},
                                              {"ascii", Encoding::ascii},
                                              {"ascii_hex", Encoding::ascii_hex},
                                              {"bcd", Encoding::bcd},
                                              {"varint", Encoding::varint}});
  config.terminator =
      section.bytes("length_terminator", std::string(), "What ends the digits of an ASCII length: \",\".");
  config.after = section.bytes("length_after", std::string(),
                               "The length field stands behind the first of these bytes from length_offset on.");
  config.mask = mask_of(section.optional_integer("length_mask", "The bits of the field that count: 0x7ff.", {0}));
  config.scale =
      section.integer("length_scale", 1, "What the field is multiplied by: bytes of what it counts.", {1, 65536});
  section.sections("length_add", "Other numbers of the header that count: each masked, scaled, and added.",
                   [&](config::Section& s) { config.addends.push_back(read_addend(s)); });
  config.from = section.choice<From>(
      "length_from", From::length_end, "From where on the length counts.",
      {{"length_end", From::length_end}, {"length_start", From::length_start}, {"frame_start", From::frame_start}});
  config.length_adjust =
      section.integer("length_adjust", 0,
                      "Bytes of the frame that the length does not count; negative where it counts more than those.",
                      {-max_adjust, max_adjust});
  const bool digits = config.encoding == Encoding::ascii || config.encoding == Encoding::ascii_hex;
  const bool may_vary = config.encoding == Encoding::varint || (digits && !config.terminator.empty());
  if (!config.terminator.empty() && !digits)
    section.error("length_terminator", "only goes with 'length_encoding: ascii' or 'ascii_hex'");
  if (!size && !may_vary && !section.describing())
    section.claim({"length_size", {}, {}, {}, "Width of the length field in bytes.", true, false, {}, {}});
  config.length_size = static_cast<std::size_t>(size.value_or(config.encoding == Encoding::varint ? 5
                                                              : may_vary                          ? 8
                                                                                                  : 2));
}

}  // namespace

LengthFieldShape::Config LengthFieldShape::Config::read(config::Section& section) {
  Config config;
  read_field(section, config);
  config.round_up = static_cast<std::size_t>(
      section.integer("round_up", 1, "Frames are filled up to a multiple of so many bytes.", {1, 65536}));
  read_strip(section, config);
  config.min_length = static_cast<std::size_t>(
      section.integer("min_length", 0, "Bytes of the shortest frame; a shorter one is bad.", {0, 16 * 1024 * 1024}));
  config.end = Markers::read(section, "end", false, "What each frame ends with; one that does not is bad.");
  config.scan =
      section.choice<bool>("on_bad_end", false, "A frame without its end: bad, or one that ends at the next `end`.",
                           {{"resync", false}, {"scan", true}});
  config.common = Common::read(section, config.end.empty() ? 0 : config.end[0].size());
  config.common.shared_flag =
      section.flag("shared_flag", false, "Whether the end of a frame may be the start of the next.");
  config.escape = Escape::read(section, {&config.common.start, &config.end});
  if (config.scan && config.end.empty()) section.error("on_bad_end", "needs an 'end' to scan for");
  if (config.common.shared_flag && (config.common.start.empty() || config.end.empty()))
    section.error("shared_flag", "needs a 'start' and an 'end'");
  if (config.length_offset + config.length_size > config.common.max_length)
    section.error("length_offset", "the length field lies beyond max_length");
  if (config.escape && !config.escape.can_stream())
    section.error("escape", "only 'map' or 'byte' go with length_field");
  return config;
}

}  // namespace fieldgate::framing
