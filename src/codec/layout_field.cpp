// Reading the options of one field.
#include "codec/layout_field.hpp"

#include <fmt/format.h>

#include "config/node.hpp"
#include "config/values.hpp"

namespace fieldgate::codec {

namespace {

using config::in_quotes;

std::optional<std::string> read_constant(config::Section& field) {
  std::optional<std::string> constant;
  if (const auto hex = field.optional_text("hex", "The bytes of a const, as hex digits: \"01 05 0000\".")) {
    const auto bytes = config::parse_hex(*hex);
    if (bytes) {
      constant = *bytes;
    } else {
      field.error("hex", bytes.error().text);
    }
  }
  const std::string text = field.bytes("text", std::string(), "The bytes of a const, as text or hex after 0x.");
  if (!text.empty() && constant) field.error("text", "'hex' says already what the bytes are");
  if (!text.empty()) constant = text;
  return constant;
}

void read_encoding(config::Section& field, FieldOptions& options) {
  enum class Word { none, utf8, ascii, latin1, gbk, utf16, utf16le, utf16be, hex, base64 };
  const Word word = field.choice<Word>("encoding", config::Default<Word>(Word::none, "utf8; of bytes: hex"),
                                       "The character set of a string; how bytes are written.",
                                       {{"utf8", Word::utf8},
                                        {"ascii", Word::ascii},
                                        {"latin1", Word::latin1},
                                        {"gbk", Word::gbk},
                                        {"utf16", Word::utf16},
                                        {"utf16le", Word::utf16le},
                                        {"utf16be", Word::utf16be},
                                        {"hex", Word::hex},
                                        {"base64", Word::base64}});
  const bool of_bytes = word == Word::hex || word == Word::base64;
  if (of_bytes && options.type == "string") {
    field.error("encoding", "a string is text; bytes as hex or base64 are 'type: bytes'");
  }
  options.base64 = word == Word::base64;
  if (word == Word::none || of_bytes) return;
  if (word == Word::utf16) {
    options.encoding = options.little.value_or(false) ? Charset::utf16le : Charset::utf16be;
    return;
  }
  constexpr Charset sets[] = {Charset::utf8, Charset::ascii,   Charset::latin1, Charset::gbk,
                              Charset::utf8, Charset::utf16le, Charset::utf16be};
  options.encoding = sets[static_cast<int>(word) - 1];
}

void read_text_options(config::Section& field, FieldOptions& options) {
  options.length = field.optional_text("length", "The type of the length in front of a string or part: uint8.");
  if (field.has("terminator")) {
    options.terminator = field.bytes("terminator", std::string(), "The bytes that end a string: 0x00.");
    if (options.terminator->empty()) field.error("terminator", "must not be empty");
  } else {
    field.bytes("terminator", config::Default<std::string>("", "none"), "The bytes that end a string: 0x00.");
  }
  options.include = field.flag("include", false, "Whether the terminator belongs to the value.");
  options.consume = field.flag("consume", true, "Whether the next field begins behind the terminator, or with it.");
  read_encoding(field, options);
  options.trim = field.flag("trim", false, "Whether white space round a string is left out.");
  const std::string pad = field.bytes("pad", config::Default<std::string>(std::string(1, '\0'), "0x00"),
                                      "The byte that fills up a string of fixed size; none: it has none.");
  if (field.has("pad")) options.pad = pad == "none" ? std::string() : pad;
  if (field.has("pad") && options.pad->size() > 1) field.error("pad", "expected one byte, like 0x20, or none");
}

void read_number_options(config::Section& field, FieldOptions& options) {
  options.byte_order = field.text("byte_order", config::Default<std::string>("", "by endian"),
                                  "The order of the bytes, A is the most significant: ABCD, CDAB, BADC, DCBA.");
  options.quantity = Quantity::read(field);
  options.negative =
      field.optional_text("negative", "A condition under which the number is negative: hemisphere == 'S'.");
  options.is_signed =
      field.flag("signed", false, "Whether bits are a two's complement, or a BCD number's top bit a sign.");
  options.low_nibble_first = field.choice<bool>("nibbles", false, "Which half of a BCD byte is the first digit.",
                                                {{"high_first", false}, {"low_first", true}});
  options.as_number =
      field.flag("number", false, "Whether digits (BCD, text) are a number; they are where they are scaled.");
}

}  // namespace

std::optional<bool> read_little(config::Section& section) {
  const int order = section.choice<int>("endian", config::Default<int>(2, "big, or the codec's"),
                                        "Which byte of a number comes first: the most significant, or the least.",
                                        {{"big", 0}, {"little", 1}});
  return section.has("endian") ? std::optional<bool>(order == 1) : std::nullopt;
}

std::optional<bool> read_least_first(config::Section& section) {
  const int order = section.choice<int>("bit_order", config::Default<int>(2, "msb, or the codec's"),
                                        "Which bit of a byte comes first: the most significant, or the least.",
                                        {{"msb", 0}, {"lsb", 1}});
  return section.has("bit_order") ? std::optional<bool>(order == 1) : std::nullopt;
}

std::optional<std::chrono::minutes> read_zone(config::Section& section) {
  const auto text = section.optional_text("timezone", "The zone of local times: \"+08:00\".");
  if (!text) return std::nullopt;
  const auto zone = parse_zone(*text);
  if (!zone)
    section.error("timezone",
                  fmt::format("expected what the zone is ahead of UTC, like \"+08:00\", not {}", in_quotes(*text)));
  return zone;
}

Transform read_transform(config::Section& section) {
  config::Description description;
  description.name = "transform";
  description.type = "reverse, swap, or section";
  description.fallback = "none";
  description.meaning =
      "What is done to each byte first: { xor: 0x5a }, { add: 3 }, { sub: 0x33 }, reverse, or swap (of each two).";
  struct Options {
    std::string key;
    std::optional<std::int64_t> add, sub;
  };
  const auto read = [](config::Section& inner) {
    return Options{inner.bytes("xor", config::Default<std::string>("", "none"), "Bytes to xor with, used in turn."),
                   inner.optional_integer("add", "A number to add to each byte.", {-255, 255}),
                   inner.optional_integer("sub", "A number to subtract from each byte.", {-255, 255})};
  };
  if (section.describing())
    description.options = config::describe(section.reader(), [&read](config::Section& inner) { read(inner); });
  section.claim(std::move(description));
  Transform transform;
  const config::Node* const node = section.node("transform");
  if (node == nullptr || node->kind == config::Node::Kind::empty || section.describing()) return transform;
  if (node->is_scalar() && node->text == "reverse") return {Transform::How::reverse, {}};
  if (node->is_scalar() && node->text == "swap") return {Transform::How::swap, {}};
  if (!node->is_map()) {
    section.error("transform", "expected { xor: 0x5a }, { add: 3 }, { sub: 0x33 }, reverse or swap");
    return transform;
  }
  config::Section inner(section.reader(), node, section.path() + ".transform", nullptr);
  const auto [key, add, sub] = read(inner);
  if ((key.empty() ? 0 : 1) + (add ? 1 : 0) + (sub ? 1 : 0) != 1) {
    inner.error("", "needs one of 'xor', 'add' and 'sub'");
    return transform;
  }
  if (add || sub) return {Transform::How::add, std::string(1, static_cast<char>((add ? *add : -*sub) & 0xFF))};
  return {Transform::How::exclusive_or, key};
}

FieldOptions FieldOptions::read(config::Section& field) {
  FieldOptions options;
  options.name =
      field.text("name", config::Default<std::string>("", "none"),
                 "The member's name. Without one nothing shows; one that begins with _ is only for expressions.");
  config::Description type;
  options.type = field.optional_text("type", "What it is: " + field_type_names() + ".");
  options.bytes = field.optional_text(
      "bytes", "How many bytes: a number, a field's name, or an expression; of a string or bytes: the rest.");
  options.bits = field.optional_integer("bits", "How many bits.", {1, 4096});
  options.digits =
      field.optional_integer("digits", "How many digits of a bcd: half bytes, also an odd number.", {1, 64});
  options.little = read_little(field);
  options.least_first = read_least_first(field);
  read_text_options(field, options);
  read_number_options(field, options);
  options.is_time = field.flag("time", false, "Whether it is the message's own time.");
  options.zone = read_zone(field);
  options.format = field.text("format", config::Default<std::string>("", "by type"),
                              "The parts of a time (yyMMddHHmmss; of a string %y%m%d), or ddmm of a coordinate.");
  if (const auto epoch =
          field.optional_text("epoch", "Where a unix_s counts from, if not 1970: 2000-01-01T00:00:00Z.")) {
    options.epoch = parse_time(*epoch, TimeFormat::rfc3339);
    if (!options.epoch)
      field.error("epoch", fmt::format("expected a time like 2000-01-01T00:00:00Z, not {}", in_quotes(*epoch)));
  }
  options.at = field.optional_text("at", "The place it is read at, without moving on; negative: from the end.");
  options.condition = field.optional_text("if", "A condition under which it is there: flags & 4 != 0.");
  options.size = field.optional_text(
      "size", "The bytes of a part, which its fields cannot leave: a number, a name, an expression.");
  options.choose = field.optional_text("switch", "The field, or expression, that chooses among `cases`.");
  options.value =
      field.optional_text("value", "Without a type, computed; with one, what it is: verified, and written.");
  options.constant = read_constant(field);
  options.lenient = field.flag(
      "lenient", false, "Whether what does not fit into this part, tlv or repeat is left out, instead of the frame.");
  options.transform = read_transform(field);
  return options;
}

}  // namespace fieldgate::codec
