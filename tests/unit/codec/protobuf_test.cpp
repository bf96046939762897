#include "codec/protobuf.hpp"

#include <sstream>

#include "support/temp_dir.hpp"
#include "unit/codec/packed.hpp"
#include "unit/config/reading.hpp"

using namespace fieldgate;
using namespace fieldgate::codec;

namespace {

const expression::Paths none;

const std::string proto = R"(
syntax = "proto3";
package example;
enum State { IDLE = 0; BUSY = 1; }
message Cell { uint32 number = 1; float volt = 2; }
message Reading {
  string id = 1;
  sint64 big = 2;
  fixed64 wide = 3;
  State state = 4;
  bytes raw = 5;
  repeated Cell cells = 6;
  map<string, double> limits = 7;
  map<int32, Cell> by_number = 8;
  oneof choice { bool on = 9; string why = 10; }
  repeated int32 packed = 11;
  Reading inner = 12;
  double level = 13;
}
)";

Protobuf::Config config_of(const std::string& text, const std::string& type) {
  auto schema = compile_proto(text, "test.proto", ".");
  if (!schema) FAIL(schema.error().text);
  return {*schema, type};
}

std::string there_and_back(Protobuf& codec, std::string_view json) { return decoded_hex(codec, encoded(codec, json)); }

}  // namespace

TEST_CASE("protobuf messages are read by a schema given at run time") {
  Protobuf codec(config_of(proto, "example.Reading"), none);
  CHECK(
      decoded_hex(codec, "0a026431 10ffffffffffffffffff01 19ffffffffffffffff 2001 2a03010203 3207080115 9a99d941") ==
      R"({"id":"d1","big":-9223372036854775808,"wide":18446744073709551615,"state":"BUSY","raw":"AQID","cells":[{"number":1,"volt":27.2}]})");
  CHECK(decoded_hex(codec, "") == "{}");
  CHECK(decoded_hex(codec, "2007") == R"({"state":7})");
  CHECK(decoded_hex(codec, "4800") == R"({"on":false})");
  CHECK(decoded_hex(codec, "a00601 0a0178") == R"({"id":"x"})");
}

TEST_CASE("JSON is encoded as protobuf, and comes back") {
  Protobuf codec(config_of(proto, "example.Reading"), none);
  for (const char* json :
       {R"({"id":"ä","big":-5,"wide":18446744073709551615,"state":"BUSY","raw":"AQID"})",
        R"({"cells":[{"number":1,"volt":0.5},{}],"limits":{"a":1.5},"by_number":{"-7":{"number":1}}})",
        R"({"on":false,"packed":[1,-1,300],"inner":{"inner":{"why":"x"}}})"}) {
    CAPTURE(json);
    CHECK(there_and_back(codec, json) == json);
  }
  CHECK(encoded(codec, R"({"none":1})") == "! encode");
  CHECK(encoded(codec, R"({"big":"x"})") == "! encode");
  CHECK(encoded(codec, "[]") == "! not_an_object");
}

TEST_CASE("fields at their default are written where they are asked for") {
  Protobuf::Config config = config_of(
      "syntax='proto3'; message M { int32 n = 1; optional int32 o = 2; string s = 3; "
      "repeated int32 r = 4; oneof c { int32 x = 5; } }",
      "M");
  config.defaults = true;
  Protobuf codec(config, none);
  CHECK(decoded_hex(codec, "") == R"({"n":0,"s":"","r":[]})");
}

TEST_CASE("hostile protobuf is refused") {
  Protobuf codec(config_of(proto, "example.Reading"), none);
  for (const char* hex : {"0a", "0aff", "0affffffff0f", "10", "07", "0b", "32ffffffffffffffff7f", "00"}) {
    CAPTURE(hex);
    CHECK(decoded_hex(codec, hex) == "! invalid_protobuf");
  }
  std::string nested;
  for (std::size_t i = 0; i < 29; ++i) nested = "\x62" + std::string(1, static_cast<char>(nested.size())) + nested;
  CHECK(decoded(codec, nested).starts_with(R"({"inner":{)"));
  for (int i = 0; i < 5; ++i) nested = "\x62" + std::string(1, static_cast<char>(nested.size())) + nested;
  CHECK(decoded(codec, nested) == "! invalid_protobuf");
  CHECK(decoded(codec, std::string(5000, '\x63')) == "! invalid_protobuf");
}

TEST_CASE("a protobuf codec is read from the file, and what is wrong in it is told") {
  const test::TempDir folder;
  const auto written = [&folder](const char* name, const std::string& text) {
    return folder.write(name, text).string();
  };
  const std::string good_file = written("good.proto", proto);
  const std::string bad_file = written("bad.proto", "syntax = \"proto3\";\nmessage M {\n  int32 a = x;\n}\n");
  const std::string imports = written(
      "imports.proto",
      "syntax='proto3'; import 'good.proto'; import 'google/protobuf/timestamp.proto'; message M { example.Cell c = 1; "
      "google.protobuf.Timestamp at = 2; }");
  const std::string lost = written("lost.proto", "syntax='proto3'; import 'nowhere.proto'; message M {}");
  const std::string set = written("set.pb", *compile_proto(proto, "p.proto", "."));
  Protobuf::Config config;
  const auto read = [&config](config::Section& root) { config = Protobuf::Config::read(root); };
  const auto problem = [&read](const std::string& yaml) { return config::Reading(yaml, read).only(); };
  CHECK(problem("proto_file: " + good_file + "\nmessage_type: example.Reading") == "");
  CHECK_FALSE(config.schema.empty());
  CHECK(problem("descriptor_file: " + set + "\nmessage_type: example.Reading") == "");
  CHECK(problem("proto_file: " + imports + "\nmessage_type: M") == "");
  CHECK(problem("proto_file: " + bad_file + "\nmessage_type: M").find("bad.proto:3:13: ") != std::string::npos);
  CHECK(problem("proto_file: " + lost + "\nmessage_type: M").find("nowhere.proto") != std::string::npos);
  CHECK(problem("proto_file: " + good_file + "\nmessage_type: Reading").find("but example.Cell, example.Reading") !=
        std::string::npos);
  CHECK(problem("descriptor_file: " + good_file + "\nmessage_type: M") != "");
  CHECK(problem("message_type: M").find("give one of") != std::string::npos);
  config::Reading syntax("proto_file: missing.proto\nmessage_type: M", read, true);
  CHECK(syntax.only() == "");
}

TEST_CASE("the messages of Telegraf's tests are read as protoc reads them") {
  std::vector<std::string> missed;
  std::size_t values = 0;
  for (const nlohmann::json& record : vectors("protobuf_dynamic")) {
    const auto schema = compile_proto(record.at("proto"), "test.proto", ".");
    if (!schema) {
      missed.push_back(record.at("name"));
      continue;
    }
    Protobuf codec({*schema, record.at("message_type")}, none);
    const std::string bytes = from_hex(record.at("hex").at(0).get<std::string>()).substr(record.at("skip_bytes"));
    const std::string json = decoded(codec, bytes);
    bool same = nlohmann::json::accept(json);
    std::istringstream text(record.at("expected").at("protoc_text").get<std::string>());
    for (std::string line; std::getline(text, line);) {
      const std::size_t colon = line.find(": ");
      const std::size_t name = line.find_first_not_of(' ');
      // Bytes are base64 here, and fields without a name are left out.
      if (colon == std::string::npos || line.find('\\') != std::string::npos ||
          (line[name] >= '0' && line[name] <= '9'))
        continue;
      ++values;
      const std::string member = "\"" + line.substr(name, colon - name) + "\":";
      const std::string value = line.substr(colon + 2);
      bool is_there = false;  // as a member, an item of a list, an enum's word, a map's key or its value
      for (const std::string& form : {member + value, member + "[" + value, "," + value, member + "\"" + value + "\"",
                                      "{" + value + ":", "\":" + value})
        is_there = is_there || json.find(form) != std::string::npos;
      same = same && is_there;
    }
    if (!same) missed.push_back(record.at("name"));
  }
  CHECK(values > 30);
  // Of the fourth the vectors hold only the first 107 lines of the .proto.
  CHECK(missed == std::vector<std::string>{"protobuf_powerdns_hex/powerdns_message.bin"});
}
