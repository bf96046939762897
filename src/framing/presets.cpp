// The presets, as an operator would write them.
#include "framing/presets.hpp"

#include "config/preset.hpp"

namespace fieldgate::framing {

namespace {

struct Named {
  std::string_view name;
  std::string_view meaning;
  std::string_view yaml;
};

constexpr Named presets[] = {
    {"slip", "SLIP (RFC 1055): packets ended by C0, in which DB DC stands for C0 and DB DD for DB.",
     "{type: delimiter, delimiters: 0xc0, skip_empty: true, escape: {map: {0xdbdc: 0xc0, 0xdbdd: 0xdb}}}"},
    {"hdlc",
     "HDLC frames on an asynchronous line (RFC 1662): 7E, 7D as escape, FCS; the frame is what the flags enclose.",
     "{type: start_end, start: 0x7e, end: 0x7e, strip: true, shared_flag: true, min_length: 4,"
     " escape: {byte: 0x7d, xor: 0x20}, checksum: {algorithm: crc16_x25, at: -2, endian: little}}"},
    {"varint", "A length in base 128, lowest first, then the frame: delimited Protocol Buffers.",
     "{type: length_field, length_encoding: varint, strip: header}"},
    {"int8", "A length in one byte, then the frame: Twisted's Int8StringReceiver.",
     "{type: length_field, length_size: 1, strip: header}"},
    {"int16", "A length in two bytes, then the frame: Twisted's Int16StringReceiver.",
     "{type: length_field, length_size: 2, strip: header}"},
    {"int32", "A length in four bytes, then the frame: Twisted's Int32StringReceiver.",
     "{type: length_field, length_size: 4, strip: header}"},
    {"octet_counted", "A length in decimal, a space, then the frame: syslog over TCP (RFC 6587).",
     "{type: length_field, length_encoding: ascii, length_terminator: \" \", strip: header}"},
    {"modbus_tcp", "Modbus TCP: the MBAP header and the PDU (Modbus Messaging on TCP/IP, 3.1.3).",
     "{type: switch, max_length: 260B, cases: [{name: mbap, match: {at: 2, bytes: 0x0000},"
     " framing: {type: length_field, length_offset: 4, length_size: 2, min_length: 8}}]}"},
    {"modbus_ascii", "Modbus ASCII: a colon, hex digits, LRC, CR LF; the frame is unit, PDU and LRC as bytes.",
     "{type: start_end, start: \":\", end: \"\\r\\n\", strip: true, restart_on_start: true, min_length: 3,"
     " max_length: 512B, escape: {hex: true}, checksum: {algorithm: lrc, at: -1}}"},
    {"iec104", "IEC 60870-5-104: 68, length, control field, ASDU.",
     "{type: length_field, start: 0x68, length_offset: 1, length_size: 1, min_length: 6}"},
    {"mbus", "M-Bus link layer (EN 13757-2): long frames 68 L L 68, short ones 10, the answer E5.",
     "{type: switch, cases: ["
     "{name: long, match: {all: [{bytes: 0x68}, {at: 3, bytes: 0x68}]}, framing: {type: length_field, start: 0x68,"
     " length_offset: 1, length_size: 1, length_adjust: 4, end: 0x16,"
     " checksum: {algorithm: sum8, over: [4, -2], at: -2}}},"
     "{name: short, match: {all: [{bytes: 0x10}, {at: 4, bytes: 0x16}]}, framing: {type: fixed, start: 0x10, length: 5,"
     " checksum: {algorithm: sum8, over: [1, 3], at: 3}}},"
     "{name: ack, match: {bytes: 0xe5}, framing: {type: fixed, length: 1}}]}"},
    {"dlt645", "DL/T 645-2007: Chinese electricity meters; FE in front is dropped.",
     "{type: length_field, skip: 0xfe, start: 0x68, length_offset: 9, length_size: 1, length_adjust: 2, end: 0x16,"
     " checksum: {algorithm: sum8, over: [0, -2], at: -2}}"},
    {"gbt32960", "GB/T 32960.3: electric vehicles' telemetry.",
     "{type: length_field, start: [0x2323, 0x2424], length_offset: 22, length_size: 2, length_adjust: 1,"
     " checksum: {algorithm: xor, over: [2, -1], at: -1}}"},
    {"jt808", "JT/T 808: Chinese commercial vehicles; the frame is what the flags enclose, check byte included.",
     "{type: start_end, start: 0x7e, end: 0x7e, strip: true, shared_flag: true,"
     " escape: {map: {0x7d01: 0x7d, 0x7d02: 0x7e}}, checksum: {algorithm: xor, over: [0, -1], at: -1}}"},
    {"teltonika", "Teltonika Codec 8, 8E, 12 to 16 over TCP: the IMEI first, then packets; FF keeps alive.",
     "{type: switch, cases: ["
     "{name: ping, match: {bytes: 0xff}, framing: {type: fixed, length: 1}},"
     "{name: packet, match: {bytes: 0x0000}, framing: {type: length_field, length_offset: 4, length_size: 4,"
     " length_adjust: 4}}], default: {type: length_field, length_offset: 0, length_size: 2}}"},
    {"gt06", "GT06 and its kin (Concox): 78 78 with a length of one byte, 79 79 with two.",
     "{type: switch, cases: ["
     "{name: short, match: {bytes: 0x78}, framing: {type: length_field, length_offset: 2, length_size: 1,"
     " length_adjust: 2, end: 0x0d0a, on_bad_end: scan}},"
     "{name: long, match: {bytes: 0x79}, framing: {type: length_field, length_offset: 2, length_size: 2,"
     " length_adjust: 2, end: 0x0d0a, on_bad_end: scan}}]}"},
    {"mqtt", "MQTT control packets, by their remaining length.",
     "{type: length_field, length_offset: 1, length_size: 4, length_encoding: varint}"},
    {"dlms_hdlc",
     "DLMS in HDLC frames of type 3 (IEC 62056-46): a length, no stuffing; the frame is what the flags enclose.",
     "{type: length_field, start: 0x7e, length_offset: 1, length_size: 2, length_mask: 0x7ff, length_from: "
     "length_start,"
     " length_adjust: 1, end: 0x7e, shared_flag: true, payload: [1, -1],"
     " checksum: {algorithm: crc16_x25, over: [1, -3], at: -3, endian: little}}"},
    {"dlms_wrapper", "DLMS over TCP: version 1, two ports, length (IEC 62056-47).",
     "{type: length_field, start: 0x0001, length_offset: 6, length_size: 2}"},
    {"dsmr_p1", "Telegrams of smart meters' P1 port: from `/` to the line of `!`, with CRC from DSMR 4 on.",
     "{type: start_end, start: \"/\", end: \"!\", trailer: line,"
     " checksum: {algorithm: crc16_arc, over: [0, -6], at: -6, encoding: ascii_hex, optional: true}}"},
};

}  // namespace

void add_presets(config::Registry<Factory>& types) {
  for (const Named& preset : presets) {
    types.add(preset.name, preset.meaning,
              [yaml = preset.yaml](config::Section& section) { return config::Preset(yaml).read<Factory>(section); });
  }
}

}  // namespace fieldgate::framing
