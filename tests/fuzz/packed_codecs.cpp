// What is promised of the codecs of packed documents, and of scripts: any bytes are documents or a failure, and none
// makes more of a frame than a small multiple.
#include <memory>
#include <string>

#include "codec/cayenne_lpp.hpp"
#include "codec/cbor.hpp"
#include "codec/lua.hpp"
#include "codec/msgpack.hpp"
#include "codec/protobuf.hpp"
#include "framing/script.hpp"
#include "fuzz/documents.hpp"
#include "fuzz/targets.hpp"
#include "unit/framing/cutting.hpp"

namespace fieldgate::fuzz {

namespace {

const expression::Paths& paths() {
  static const expression::Paths made = [] {
    expression::Paths some;
    for (const auto& path : std::vector<std::vector<std::string>>{{}, {"a"}, {"a", "0"}, {"1"}, {"value"}})
      some.intern(path);
    return some;
  }();
  return made;
}

/// Decodes, and encodes what came of it again.
struct Again final : codec::Receiver {
  explicit Again(codec::Codec& c) : codec(c) {}
  void document(const Document& document) override {
    checked.document(document);
    bytes += document.json.size();
    first = first.empty() ? std::string(document.json) : first;
  }
  codec::Codec& codec;
  CheckedDocuments checked;
  std::size_t bytes = 0;
  std::string first;
};

void decode(codec::Codec& codec, std::string_view bytes, std::size_t most) {
  Again out(codec);
  const auto failure = codec.decode(bytes, out);
  require(!failure || out.bytes == 0, "documents of a frame that failed");
  require(out.bytes <= most * bytes.size() + 64, "a document out of proportion to its frame");
  std::string frame = "<";
  if (out.first.empty() || !codec.encode(out.first, frame)) return;
  Again again(codec);
  // A value that is no object was put into one, which is encoded as such: one level more.
  const auto refused = codec.decode(std::string_view(frame).substr(1), again);
  require(!refused || refused->reason == "too_deep", "what was encoded cannot be decoded");
}

void cbor(std::string_view bytes) {
  codec::Cbor codec({}, paths());
  decode(codec, bytes, 8);
}

void msgpack(std::string_view bytes) {
  codec::Msgpack codec({}, paths());
  decode(codec, bytes, 12);
}

void cayenne_lpp(std::string_view bytes) {
  codec::CayenneLpp codec({}, paths());
  decode(codec, bytes, 16);
}

void protobuf(std::string_view bytes) {
  static const auto codec = [] {
    const auto schema = codec::compile_proto(
        "syntax='proto3'; enum E { A = 0; B = 1; } message M { string s = 1; sint64 i = 2; fixed64 w = 3; E e = 4; "
        "bytes "
        "b = 5; repeated M m = 6; map<string, M> t = 7; map<int32, double> d = 8; repeated int32 p = 9; float f = 10; "
        "oneof o { bool x = 11; M y = 12; } }",
        "fuzz.proto", ".");
    return std::make_unique<codec::Protobuf>(codec::Protobuf::Config{*schema, "M", false}, paths());
  }();
  decode(*codec, bytes, 16);
}

/// A script is what an operator writes, but it works on what a device sends.
void lua(std::string_view bytes) {
  static codec::Lua codec({{R"(
function decode(frame)
  local kind = frame:byte(1) or 0
  if kind % 4 == 0 then return { text = frame:match('^(%w-)=(.*)$'), n = select('#', frame:find('(%d+)(.-)%1')) } end
  if kind % 4 == 1 then return { a = string.unpack('>I2', frame, 2), b = { frame:byte(1, 20) } } end
  if kind % 4 == 2 then
    local list = {}
    for key, value in frame:gmatch('([^=;]*)=([^;]*)') do list[#list + 1] = { [key] = value } end
    return list
  end
  return { c = crc16(frame), hex = hex(frame), swapped = frame:gsub('(.)(.)', '%2%1') }
end)"}},
                          paths());
  CheckedDocuments out;
  codec.decode(bytes, out);
}

void lua_framing(std::string_view bytes) {
  static const framing::Factory factory = [] {
    framing::Script::Config config;
    config.script.source = R"(
function frame(buffer)
  if buffer:byte(1) == 255 then return 1 end
  local size = buffer:byte(1)
  if #buffer < size + 1 then return nil end
  return size + 1, buffer:sub(2, size + 1)
end)";
    config.common.max_length = 300;
    return framing::Factory::of<framing::Script>(std::move(config));
  }();
  const std::size_t chunk = 1 + choice(bytes) % 70;
  const framing::Outcome whole = framing::cut(*factory.make(), bytes, bytes.empty() ? 1 : bytes.size(), 300);
  require(whole.broken.empty(), whole.broken.c_str());
  require(framing::cut(*factory.make(), bytes, chunk, 300) == whole, "another split, other frames");
}

/// The source itself: whatever it says, it loads or does not, and ends.
void lua_source(std::string_view bytes) {
  const auto loaded = script::Lua::load(bytes, "fuzz", {"f"}, {std::chrono::microseconds(100), 256 * 1024});
  std::string out;
  if (loaded) static_cast<void>((*loaded)->bytes_to_json(0, bytes, out));
}

}  // namespace

std::span<const Target> packed_codec_targets() {
  static constexpr Target targets[] = {
      {"cbor", cbor}, {"msgpack", msgpack},         {"cayenne_lpp", cayenne_lpp}, {"protobuf", protobuf},
      {"lua", lua},   {"lua_framing", lua_framing}, {"lua_source", lua_source},
  };
  return targets;
}

}  // namespace fieldgate::fuzz
