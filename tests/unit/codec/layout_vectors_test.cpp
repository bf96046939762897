#include <fmt/format.h>

#include <cmath>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>

#include "support/catch.hpp"
#include "unit/codec/binary_support.hpp"

using namespace fieldgate;
using namespace fieldgate::codec;
using nlohmann::ordered_json;

namespace {

ordered_json vectors(const std::string& set) {
  std::ifstream file(std::string(TEST_DATA) + "/vectors/" + set + ".json");
  REQUIRE(file);
  return ordered_json::parse(file);
}

/// Whether `got` is what is expected: numbers as numbers, bytes as their hex.
bool same(const ordered_json& got, const ordered_json& wanted) {
  if (wanted.is_object() && wanted.contains("bytes")) {
    if (got.is_string()) return got == wanted["bytes"];
    std::string bytes;
    for (const ordered_json& item : got) bytes += static_cast<char>(item.get<int>());
    return to_hex(bytes) == wanted["bytes"];
  }
  if (wanted.is_number() && got.is_number()) {
    const double a = got.get<double>();
    const double b = wanted.get<double>();
    return a == b || std::fabs(a - b) <= 1e-6 * std::fabs(b);
  }
  if (wanted.is_boolean() && got.is_number()) return got.get<double>() == (wanted.get<bool>() ? 1 : 0);
  return got == wanted;
}

/// The value at a path of Kaitai's; `size` of an array or of bytes.
ordered_json at(const ordered_json& document, const ordered_json& path) {
  const ordered_json* node = &document;
  for (const ordered_json& step : path) {
    if (step.is_number()) {
      if (!node->is_array() || step.get<std::size_t>() >= node->size()) return "no such item";
      node = &(*node)[step.get<std::size_t>()];
    } else if (node->is_object() && node->contains(step.get<std::string>())) {
      node = &(*node)[step.get<std::string>()];
    } else if (step == "size" || step == "length") {
      return node->is_array() ? node->size() : node->get<std::string>().size() / (step == "size" ? 2 : 1);
    } else {
      return nullptr;  // what a condition left out
    }
  }
  return *node;
}

std::string miss(const ordered_json& record) {
  BinaryCodec codec(record["codec"].dump());
  if (!codec.problem.empty()) return codec.printed;
  const std::string json = codec.decode(record["hex"].get<std::string>());
  if (json.starts_with("!")) return json;
  const ordered_json document = ordered_json::parse(json);
  for (const ordered_json& check : record["checks"]) {
    if (!same(at(document, check[0]), check[1])) return check.dump() + " in " + json;
  }
  return {};
}

}  // namespace

TEST_CASE("Kaitai's test formats give what Kaitai gives") {
  const std::map<std::string, std::string> known = {
      {"expr_0", "expressions join no texts"},
      {"expr_2", "a size that is computed behind the field"},
      {"expr_3", "expressions join no texts"},
      {"expr_int_div", "a quotient is no whole number by itself"},
      {"expr_io_ternary", "another stream"},
      {"instance_in_sized", "a value that is computed behind the field"},
      {"nav_parent_switch_cast", "casts"},
      {"position_in_seq", "a place that is read behind the field"},
      {"str_literals2", "a member without a type"},
      {"str_pad_term_equal", "the same byte pads and ends a text that includes it"},
      {"switch_manual_enum_invalid", "no case fits: an empty object, where Kaitai has null"},
  };
  std::size_t passed = 0;
  const ordered_json set = vectors("kaitai_layouts");
  for (const ordered_json& record : set["records"]) {
    const std::string name = record["name"];
    CAPTURE(name);
    const std::string reason = miss(record);
    CAPTURE(reason);
    CHECK(reason.empty() == !known.contains(name));
    passed += reason.empty() ? 1 : 0;
  }
  CHECK(passed > 70);
}

namespace {

/// The options of a field for a register of Telegraf's Modbus plugin.
std::string register_field(const ordered_json& config) {
  std::string kind = config.value("dataType", config.value("dataTypeIn", ""));
  std::string order = config.value("byteOrder", "");
  const bool swapped = order == "BA" || order == "DCBA";
  const auto has = [&](const char* word) { return kind.find(word) != std::string::npos; };
  if (has("STRING")) return std::string("type: string, pad: 0x00") + (swapped ? ", transform: swap" : "");
  if (has("BIT"))
    return "fields: [ { name: _v, type: uint16, byte_order: " + order + " } , { name: x, value: \"_v >> " +
           std::to_string(config["bit"].get<int>()) + " & 1\" } ]";
  std::string type;
  if (kind.ends_with('L') || kind.ends_with('H')) {
    const bool low = kind.ends_with('L') != swapped;
    type = std::string("type: ") + (has("UINT") ? "uint8" : "int8") + (low ? ", at: 1" : ", at: 0");
    order.clear();
  } else if (has("FLOAT")) {
    type = "type: float" + std::string(has("16") ? "16" : has("32") ? "32" : "64");
  } else {
    type = std::string("type: ") + (has("UINT") || has("UFIXED") ? "uint" : "int");
    for (const char* width : {"16", "32", "64"})
      if (has(width)) type += width;
    if (has("FIXED")) type += ", bytes: " + std::to_string(order.size());
  }
  if (!order.empty()) type += ", byte_order: " + order;
  if (config.contains("scale")) type += ", scale: " + config["scale"].dump();
  return type;
}

}  // namespace

TEST_CASE("Modbus registers give what Telegraf gives") {
  const std::map<std::string, std::string> known = {
      {"request/register30_int16_uint64", "a negative number is not made a large one"},
      {"request/register70_int64_uint64", "a negative number is not made a large one"},
  };
  std::size_t passed = 0;
  std::size_t total = 0;
  const ordered_json set = vectors("modbus_registers");
  for (const ordered_json& record : set["records"]) {
    const std::string name = record["name"];
    const std::string field = register_field(record["config"]);
    CAPTURE(name, record["config"].dump(), field);
    std::string hex;
    for (const ordered_json& piece : record["hex"]) hex += piece.get<std::string>();
    BinaryCodec codec("fields: [ { name: v, " + field + " } ]");
    const std::string json = codec.decode(hex);
    CAPTURE(json, codec.printed);
    REQUIRE(!json.starts_with("!"));
    ordered_json got = ordered_json::parse(json)["v"];
    if (got.is_object()) got = got["x"];
    const ordered_json& wanted = record["expected"];
    // Telegraf cuts integers that are scaled.
    const bool cut =
        wanted.is_number_integer() && got.is_number() && std::trunc(got.get<double>()) == wanted.get<double>();
    const bool good = cut || same(got, wanted);
    CHECK(good == !known.contains(name));
    passed += good ? 1 : 0;
    ++total;
  }
  CHECK(passed + known.size() == total);
  CHECK(total == 116);
}
