// What is promised of the framers.
#include <map>
#include <string>

#include "fuzz/targets.hpp"
#include "unit/framing/cutting.hpp"
#include "unit/framing/from_yaml.hpp"

namespace fieldgate::fuzz {

namespace {

constexpr std::size_t max_length = 300;

using Options = std::span<const std::string_view>;

/// The framing that the first byte chooses among those of a target.
const framing::Factory& chosen(Options options, std::string_view& bytes) {
  static std::map<std::string_view, framing::Factory> made;
  const std::string_view one = options[choice(bytes) % options.size()];
  framing::Factory& factory = made[one];
  if (!factory) factory = framing::FromYaml("{ " + std::string(one) + ", max_length: 300B }").factory;
  require(bool(factory), "the options cannot be read");
  return factory;
}

/// Any split of the bytes gives the same frames, and what goes out comes in as one frame.
void check(Options options, std::string_view bytes) {
  const framing::Factory& factory = chosen(options, bytes);
  const std::size_t chunk = 1 + choice(bytes) % 70;
  const std::size_t most_kept = max_length + 300;
  const framing::Outcome whole = framing::cut(*factory.make(), bytes, bytes.empty() ? 1 : bytes.size(), most_kept);
  require(whole.broken.empty(), whole.broken.c_str());
  require(framing::cut(*factory.make(), bytes, chunk, most_kept) == whole, "another split, other frames");
  const framing::Outcome silent = framing::cut(*factory.make(), bytes, chunk, most_kept, true);
  require(silent.broken.empty(), silent.broken.c_str());
  std::string out = "x";
  const bool made = bool(factory.make()->wrap(bytes.substr(0, 100), out));
  require(made || out == "x", "what cannot be wrapped leaves something");
}

void line(std::string_view bytes) {
  static constexpr std::string_view all[] = {"type: line", "type: line, skip_empty: true",
                                             "type: line, fail_fast: false"};
  check(all, bytes);
}

void delimiter(std::string_view bytes) {
  static constexpr std::string_view all[] = {
      R"(type: delimiter, delimiters: [";;", ";\r", ";"])",
      R"(type: delimiter, delimiters: [";;", ";\r", ";"], strip: false)",
      R"(type: delimiter, delimiters: ["a", "ab", "abc"], skip_empty: true, trailer: 1)",
      R"(type: delimiter, delimiters: "##", position: before, flush_on_idle: true)",
      R"(type: delimiter, delimiters: ",", count: 3, strip: false)",
      R"(type: delimiter, delimiters: "}", not_followed_by: ",,")",
      R"(type: delimiter, delimiters: "\n", start: "$", skip: "\r", checksum: {algorithm: xor, over: [1, -1]}, payload: [1, -1])",
      "type: slip",
      "type: cobs",
      "type: cobs, reduced: true",
  };
  check(all, bytes);
}

void fixed(std::string_view bytes) {
  static constexpr std::string_view all[] = {
      "type: fixed, length: 1", "type: fixed, length: 7",
      "type: fixed, length: 9, start: [ab, b], checksum: {algorithm: crc32, endian: little}"};
  check(all, bytes);
}

void netstring(std::string_view bytes) {
  static constexpr std::string_view all[] = {"type: netstring", "type: netstring, on_error: close",
                                             "type: octet_counted"};
  check(all, bytes);
}

void length_field(std::string_view bytes) {
  static constexpr std::string_view all[] = {
      "type: length_field, length_size: 1",
      "type: length_field, length_size: 8, endian: little, length_adjust: -8",
      "type: length_field, length_offset: 3, length_size: 2, payload: [5, -1]",
      "type: length_field, start: 0x68, length_offset: 1, length_size: 2, length_adjust: 2, payload: [3, -2], "
      "checksum: "
      "{algorithm: crc16_modbus, over: [0, -2], at: -2, endian: little}",
      "type: length_field, length_size: 1, length_adjust: 1, checksum: {algorithm: sum8}",
      "type: length_field, start: '$$', length_offset: 3, length_encoding: ascii, length_terminator: ',', "
      "length_adjust: -1",
      "type: length_field, length_size: 1, length_encoding: bcd, length_from: frame_start, round_up: 4",
      "type: length_field, length_encoding: varint, strip: header",
      "type: length_field, start: 0xc0, length_offset: 2, length_size: 1, escape: {map: {0xdbdc: 0xc0, 0xdbdd: 0xdb}}",
      "type: length_field, length_after: ':', length_size: 1, end: '#', on_bad_end: scan",
      "type: length_field, length_offset: 1, length_size: 1, length_scale: 4, length_add: [{offset: 0, mask: 0x0f}]",
      "type: dlms_hdlc",
      "type: dlt645",
      "type: gbt32960",
      "type: iec104",
      "type: mqtt"};
  check(all, bytes);
}

void start_end(std::string_view bytes) {
  static constexpr std::string_view all[] = {
      "type: start_end, start: '(', end: ')'",
      "type: start_end, start: '[', end: ']', nested: true",
      "type: start_end, start: '(', end: ')', quote: '$', trailer: 2",
      "type: start_end, start: [ab, abc], end: [d, de], restart_on_start: true, strip: true, trailer: 1",
      "type: jt808",
      "type: hdlc",
      "type: dsmr_p1",
      "type: modbus_ascii"};
  check(all, bytes);
}

void framing_switch(std::string_view bytes) {
  static constexpr std::string_view all[] = {
      "type: gt06", "type: teltonika", "type: mbus", "type: modbus_tcp",
      "type: switch, skip: 0x00, cases: [{match: {bytes: a}, framing: {type: length_field, length_offset: 1, "
      "length_size: "
      "1}}, {match: {at: 1, in: [x, yy]}, framing: {type: delimiter, delimiters: [';', ';;']}}, {match: {bytes: z}, "
      "framing: discard}]"};
  check(all, bytes);
}

void json_framing(std::string_view bytes) {
  static constexpr std::string_view all[] = {"type: json", "type: json, resync: true",
                                             "type: json, stream_array_elements: true, resync: true"};
  check(all, bytes);
}

void other_framings(std::string_view bytes) {
  static constexpr std::string_view all[] = {"type: modbus_rtu", "type: modbus_rtu, direction: response", "type: sml",
                                             "type: regex, start_pattern: 'a+b', end_pattern: 'c|dd'",
                                             "type: regex, end_pattern: 'imei:[^,]*,'"};
  check(all, bytes);
}

}  // namespace

std::span<const Target> framing_targets() {
  static constexpr Target targets[] = {
      {"line", line},
      {"delimiter", delimiter},
      {"fixed", fixed},
      {"netstring", netstring},
      {"length_field", length_field},
      {"start_end", start_end},
      {"switch", framing_switch},
      {"json_framing", json_framing},
      {"other_framings", other_framings},
  };
  return targets;
}

}  // namespace fieldgate::fuzz
