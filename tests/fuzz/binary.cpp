// What is promised of the binary codec: any frame, in any layout, is a document or a failure; and what it gives can be
// written and read again.
#include <memory>
#include <string>
#include <vector>

#include "codec/binary.hpp"
#include "config/loader.hpp"
#include "config/registry.hpp"
#include "fuzz/documents.hpp"
#include "fuzz/targets.hpp"

namespace fieldgate::fuzz {

namespace {

constexpr const char* layouts[] = {
    "{ fields: [ { name: kind, type: uint8, enum: { 1: a } }, { name: serial, type: bcd, bytes: 6 }, { name: v, type: "
    "uint16, scale: 0.1, max: 300 }, { name: e, type: uint32, byte_order: CDAB, scale: 0.01 }, { name: r, type: bits, "
    "bits: 1 }, { type: skip, bits: 7 }, { name: at, type: unix_s, time: true } ] }",
    "{ split: records, fields: [ { name: n, type: uint8 }, { name: records, repeat: n, fields: [ { name: at, type: "
    "unix_ms, time: true }, { name: lat, type: int32, scale: 1e-7 }, { name: io, length: uint8, fields: [ { name: v, "
    "type: uint8, repeat: eos } ] } ] } ] }",
    "{ endian: little, fields: [ { type: tlv, tag: { type: uint16, endian: big }, length: uint8, cases: { 1: { name: "
    "a, type: uint16 }, 0x0203: [ { name: b, type: string }, { name: c, type: int8, at: -1 } ] } } ] }",
    "{ fields: [ { repeat: eos, fields: [ { name: _t, type: uint8 }, { switch: _t, cases: { 1: [ { name: x, type: "
    "float32 } ], 2: [ { name: y, type: string, length: uint8, encoding: gbk } ], 3..9: [ { name: z, fields: [ { name: "
    "q, type: mac } ] } ] }, default: [ { name: w, type: bytes, bytes: 1 } ] } ] } ] }",
    "{ bit_order: lsb, fields: [ { name: a, type: bits, bits: 13, signed: true }, { name: b, type: bits, bits: 51 }, { "
    "name: t, type: bcd_time }, { name: s, type: string, terminator: 0x00, encoding: utf16 }, { name: d, value: \"a * "
    "b / 3\" }, { name: f, type: float16, if: a > 3 } ] }",
    "{ transform: { xor: 0x5a }, fields: [ { name: n, type: uint16 }, { name: p, size: n - 1, transform: { add: 3 }, "
    "fields: [ { name: t, type: cp56time2a }, { name: rest, type: base64 } ] }, { name: peek, type: uint64, at: n % 7 "
    "} ] }",
    "{ fields: [ { name: n, type: uint16 }, { name: v, repeat: n, fields: [ { name: i, value: _index }, { name: x, "
    "type: uint16, at: _index } ] } ] }",
    "{ fields: [ { name: v, type: uint8, repeat: { until: 0 } }, { name: lat, type: bcd, bytes: 4, scale: 0.0001, "
    "format: ddmm }, { name: ip, type: ip }, { name: imei, type: imei } ] }",
    "{ trailing: rest, fields: [ { name: kind, type: flags, bytes: 2, enum: { 0: sos, 15: door } }, { type: skip, "
    "bits: 4 "
    "}, { name: imei, type: bcd, digits: 15 }, { name: a, type: unix_s, epoch: \"2000-01-01T00:00:00Z\", format: "
    "rfc3339 "
    "}, { name: vin, type: vin }, { name: v, type: uint8, value: 7 }, { name: b, type: bytes, length: uint8, "
    "transform: { "
    "sub: 0x33 } } ] }",
    "{ fields: [ { name: kind, type: uint8, enum: { 1: one } }, { type: tlv, lenient: true, tag: uint8, length: uint8, "
    "cases: { 1: { name: a, type: uint16 }, 2: { name: c, fields: [ { name: d, type: uint8 }, { name: e, type: "
    "bcd_time, "
    "timezone: \"+08:00\" } ] } } } ] }",
    "{ endian: little, trailing: error, fields: [ { name: _n, type: uint8 }, { name: p, size: _n, lenient: true, "
    "fields: "
    "[ { name: a, type: byte_time, timezone: \"+00:00\" }, { name: b, type: gps_time } ] }, { name: v, repeat: { "
    "until: "
    "eos, max: 9 }, lenient: true, fields: [ { name: _id, type: uint8 }, { name: \"io_{{ _id }}\", type: int16, scale: "
    "1/10, missing: 0x7fff } ] } ] }",
};

struct Kept final : codec::Receiver {
  void document(const Document& document) override {
    json = document.json;
    ++count;
  }
  std::string json;
  int count = 0;
};

struct Subject {
  explicit Subject(const char* yaml) {
    for (const char* name : {"v", "a", "kind", "records"}) paths.intern({name});
    paths.intern({"v", "0"});
    config::Files files;
    config::Problems problems;
    const auto document = config::load_text(std::string("codec: ") + yaml, files, problems, "fuzz.yaml", false);
    config::Reader reader(problems);
    codec::Binary::Config config;
    config::Section root(reader, &document->root, {}, nullptr);
    root.section("codec", "codec", [&](config::Section& section) { config = codec::Binary::Config::read(section); });
    require(problems.errors() == 0, "the layouts are valid");
    codec = std::make_unique<codec::Binary>(config, paths);
  }
  expression::Paths paths;
  std::unique_ptr<codec::Binary> codec;
};

void binary(std::string_view bytes) {
  static const auto subjects = [] {
    std::vector<std::unique_ptr<Subject>> all;
    for (const char* layout : layouts) all.push_back(std::make_unique<Subject>(layout));
    return all;
  }();
  codec::Codec& codec = *subjects[choice(bytes) % subjects.size()]->codec;
  CheckedDocuments checked;
  if (codec.decode(bytes, checked)) return;
  Kept first;
  codec.decode(bytes, first);
  if (first.count != 1) return;
  std::string again;
  if (!codec.encode(first.json, again)) return;  // not every frame's fields say how it was written
  Kept second;
  require(!codec.decode(again, second), "what was encoded decodes");
}

}  // namespace

std::span<const Target> binary_targets() {
  static constexpr Target targets[] = {{"binary", binary}};
  return targets;
}

}  // namespace fieldgate::fuzz
