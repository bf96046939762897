#include "codec/json_checker.hpp"

#include <fstream>
#include <random>

#include <nlohmann/json.hpp>

#include "message/json.hpp"
#include "support/catch.hpp"

using namespace fieldgate;
using namespace fieldgate::codec;

namespace {

using Json = nlohmann::json;

/// Checks a copy of its own, so that a sanitizer sees a read behind the end.
bool accepts(std::string_view text) {
  const std::vector<char> copy(text.begin(), text.end());
  const expression::Paths none;
  JsonChecker checker(none);
  Document document;
  return !checker.check({copy.data(), copy.size()}, document);
}

std::string refusal(std::string_view text) {
  const expression::Paths none;
  JsonChecker checker(none);
  Document document;
  const auto failure = checker.check(text, document);
  return failure ? std::string(failure->reason) + " " + std::to_string(failure->offset) : "";
}

std::string unhex(const std::string& hex) {
  std::string bytes;
  for (std::size_t i = 0; i + 1 < hex.size(); i += 2)
    bytes += static_cast<char>(std::stoi(hex.substr(i, 2), nullptr, 16));
  return bytes;
}

/// The choices that RFC 8259 leaves open, as they are made here: numbers of any size are taken, escaped half
/// surrogates, byte order marks and what is no UTF-8 are not.
bool chosen(const std::string& name) {
  return name.starts_with("i_number") || name.starts_with("transform/number") ||
         name == "transform/object_key_nfc_nfd" || name == "transform/string_with_escaped_NULL";
}

struct Picker {
  explicit Picker(const std::vector<std::vector<std::string>>& wanted) : checker(paths) {
    for (const auto& path : wanted) paths.intern(path);
  }
  std::vector<std::string> pick(std::string_view text) {
    Document document;
    REQUIRE_FALSE(checker.check(text, document));
    std::vector<std::string> picked;
    for (const Value& value : document.picked)
      picked.push_back(value.kind == Value::Kind::missing ? "-" : std::string(value.text));
    return picked;
  }
  expression::Paths paths;
  JsonChecker checker;
};

using Picked = std::vector<std::string>;

}  // namespace

TEST_CASE("JSONTestSuite: what must be taken is, what must be refused is, and the rest is decided") {
  std::ifstream file(TEST_DATA "/vectors/json.json");
  const Json vectors = Json::parse(file);
  REQUIRE(vectors.at("records").size() == 201);
  for (const Json& record : vectors.at("records")) {
    const std::string name = record.at("name");
    CAPTURE(name);
    const std::string hex = record.at("hex").is_array() ? record.at("hex").at(0) : record.at("hex");
    const std::string expected = record.at("expected");
    const bool taken = expected == "accept" || (expected == "either" && chosen(name));
    CHECK(accepts(unhex(hex)) == taken);
  }
}

TEST_CASE("a refusal says where") {
  CHECK(refusal(R"({"a":1,})") == "invalid_json 7");
  CHECK(refusal(R"({"a":tru})") == "invalid_json 5");
  CHECK(refusal(R"({"a":01})") == "invalid_json 6");
  CHECK(refusal("{\"a\":\"\xFF\"}") == "invalid_utf8 6");
  CHECK(refusal(R"({"a":1} {})") == "invalid_json 8");
  CHECK(refusal("") == "invalid_json 0");
  CHECK(refusal(R"({"a")") == "invalid_json 4");
}

TEST_CASE("64 levels are taken, one more is too deep, and no depth harms") {
  CHECK(accepts(std::string(64, '[') + std::string(64, ']')));
  CHECK(refusal(std::string(65, '[') + std::string(65, ']')) == "too_deep 64");
  std::string deep;
  for (int i = 0; i < 1'000'000; ++i) deep += "{\"a\":[";
  CHECK(refusal(deep) == "too_deep 192");
}

TEST_CASE("strings are checked wherever they lie in a block of sixteen") {
  for (std::size_t before = 0; before < 40; ++before) {
    const std::string pad(before, 'x');
    CAPTURE(before);
    CHECK(accepts("\"" + pad + "\\n" + pad + "\""));
    CHECK(accepts("\"" + pad + "\xC3\xA4" + pad + "\""));
    CHECK_FALSE(accepts("\"" + pad + "\n" + pad + "\""));
    CHECK_FALSE(accepts("\"" + pad + "\xFF" + pad + "\""));
    CHECK_FALSE(accepts("\"" + pad + "\xC3"));
    CHECK_FALSE(accepts("\"" + pad));
    CHECK_FALSE(accepts("\"" + pad + "\\"));
    CHECK_FALSE(accepts("\"" + pad + "\\\""));
    CHECK_FALSE(accepts("\"" + pad + "\\u12\""));
    CHECK_FALSE(accepts("{\"" + pad + "\"}"));
  }
}

TEST_CASE("white space round a document is not part of it, a line break inside is noted") {
  const expression::Paths none;
  JsonChecker checker(none);
  Document document;
  REQUIRE_FALSE(checker.check(" \r\n{\"a\": 1}\r\n", document));
  CHECK(document.json == "{\"a\": 1}");
  CHECK_FALSE(document.has_line_break);
  REQUIRE_FALSE(checker.check("{\"a\":\n1}", document));
  CHECK(document.has_line_break);
  REQUIRE_FALSE(checker.check("{\"a\":\"\\n\"}", document));
  CHECK_FALSE(document.has_line_break);
  REQUIRE_FALSE(checker.check("{\"a\":[1,\r2]}", document));
  CHECK(document.has_line_break);
}

TEST_CASE("values are picked at their paths") {
  Picker picker({{"a"}, {"b", "c"}, {"b", "d", "1"}, {}, {"none"}, {"b"}, {"e.f"}, {"list", "0", "x"}});
  CHECK(picker.pick(R"({"a":"x","b":{"c":[ 1 ],"d":[1,true]},"e.f":null,"list":[{"x":-1.5e3}]})") ==
        Picked{"x", "[ 1 ]", "true", R"({"a":"x","b":{"c":[ 1 ],"d":[1,true]},"e.f":null,"list":[{"x":-1.5e3}]})", "-",
               R"({"c":[ 1 ],"d":[1,true]})", "null", "-1.5e3"});
  CHECK(picker.pick(R"({"x":{"a":1},"b":[]})") ==
        Picked{"-", "-", "-", R"({"x":{"a":1},"b":[]})", "-", "[]", "-", "-"});
  CHECK(picker.pick("{}") == Picked{"-", "-", "-", "{}", "-", "-", "-", "-"});
}

TEST_CASE("an escaped name is the name that it means") {
  Picker picker({{"device"}, {"a\"b"}});
  CHECK(picker.pick(R"({"de\u0076ice":1,"a\"b":2})") == Picked{"1", "2"});
}

TEST_CASE("of members with the same name the last one counts, with all that is below it") {
  Picker picker({{"a"}, {"a", "b"}, {"a", "c"}});
  CHECK(picker.pick(R"({"a":1,"a":2})") == Picked{"2", "-", "-"});
  CHECK(picker.pick(R"({"a":{"b":1,"c":2},"a":{"c":3}})") == Picked{R"({"c":3})", "-", "3"});
  CHECK(picker.pick(R"({"a":{"b":1},"a":5})") == Picked{"5", "-", "-"});
}

TEST_CASE("a picked string knows whether it holds escapes") {
  expression::Paths paths;
  paths.intern({"a"});
  paths.intern({"b"});
  JsonChecker checker(paths);
  Document document;
  REQUIRE_FALSE(checker.check(R"({"a":"plain","b":"es\tcaped"})", document));
  CHECK(document.picked[0].kind == Value::Kind::string);
  CHECK_FALSE(document.picked[0].escaped);
  CHECK(document.picked[1].escaped);
}

namespace {

/// Random documents, and what becomes of them by random damage.
class Maker {
 public:
  explicit Maker(unsigned seed) : random_(seed) {}

  std::string value(int depth) {
    switch (below(depth > 0 ? 7 : 5)) {
      case 0:
        return std::to_string(static_cast<int>(below(2000)) - 1000) +
               (below(2) ? "." + std::to_string(below(1000)) : "") +
               (below(4)   ? ""
                : below(2) ? "e-3"
                           : "E+2");
      case 1:
        return below(2) ? "true" : "false";
      case 2:
        return "null";
      case 3:
      case 4:
        return string();
      case 5:
        return list(depth, '[', ']', false);
      default:
        return list(depth, '{', '}', true);
    }
  }

  std::string damaged(std::string text) {
    constexpr std::string_view bytes = "{}[]\",:\\ \n0189.-+eEtfnu/\x01\x7F\x80\xC3\xA4\xED\xA0\xF4";
    for (std::size_t i = 1 + below(2); i > 0 && !text.empty(); --i) {
      const std::size_t at = below(text.size());
      switch (below(3)) {
        case 0:
          text.erase(at, 1);
          break;
        case 1:
          text.insert(at, 1, bytes[below(bytes.size())]);
          break;
        default:
          text[at] = bytes[below(bytes.size())];
          break;
      }
    }
    return text;
  }

  std::size_t below(std::size_t bound) { return random_() % bound; }

 private:
  std::string space() { return below(5) ? "" : std::string(1, " \t\n\r"[below(4)]); }

  std::string string() {
    static const std::vector<std::string> pieces = {"a",
                                                    "device",
                                                    "0123456789abcdef",
                                                    "ä",
                                                    "電",
                                                    "\xF0\x9F\x98\x80",
                                                    "\\n",
                                                    "\\\"",
                                                    "\\u00e4",
                                                    "\\ud83d\\ude00",
                                                    "\\\\",
                                                    "/",
                                                    " "};
    std::string text = "\"";
    for (std::size_t i = below(5); i > 0; --i) text += pieces[below(pieces.size())];
    return text + "\"";
  }

  std::string list(int depth, char open, char close, bool members) {
    std::string text(1, open);
    const std::size_t count = below(5);
    for (std::size_t i = 0; i < count; ++i) {
      if (i > 0) text += ',';
      text += space();
      if (members)
        text += (below(2) ? string() : "\"" + std::string(1, static_cast<char>('a' + below(3))) + "\"") + space() +
                ":" + space();
      text += value(depth - 1) + space();
    }
    return text + close;
  }

  std::mt19937 random_;
};

}  // namespace

namespace {

/// Nothing where it gives up on a number that no double holds, which is no fault of the text.
std::optional<bool> nlohmann_takes(const std::string& text) {
  try {
    return !Json::parse(text).is_discarded() && !text.starts_with("\xEF\xBB\xBF");
  } catch (const Json::out_of_range&) {
    return std::nullopt;
  } catch (const Json::parse_error&) {
    return false;
  }
}

}  // namespace

TEST_CASE("nlohmann's parser takes and refuses the same") {
  Maker maker(1);
  std::size_t taken = 0;
  for (int i = 0; i < 60'000; ++i) {
    const std::string text = i % 3 == 0 ? maker.value(4) : maker.damaged(maker.value(4));
    const auto expected = nlohmann_takes(text);
    if (!expected) continue;
    if (accepts(text) != *expected)
      FAIL("nlohmann " << (*expected ? "takes " : "refuses ")
                       << Json(text).dump(-1, ' ', true, Json::error_handler_t::replace));
    taken += *expected ? 1U : 0U;
  }
  CHECK(taken > 20'000);
  CHECK(taken < 55'000);
}

TEST_CASE("nlohmann's pointers find the same values") {
  Maker maker(2);
  const std::vector<std::vector<std::string>> wanted = {
      {"a"}, {"b"}, {"a", "b"}, {"a", "0"}, {"c", "1", "a"}, {"b", "a", "c"}, {"device"}, {"0"}, {"1", "a"}};
  expression::Paths paths;
  for (const auto& path : wanted) paths.intern(path);
  JsonChecker checker(paths);
  std::size_t found = 0;
  for (int i = 0; i < 20'000; ++i) {
    const std::string text = maker.value(4);
    Document document;
    REQUIRE_FALSE(checker.check(text, document));
    const Json root = Json::parse(text);
    for (std::size_t slot = 0; slot < wanted.size(); ++slot) {
      std::string pointer;
      for (const std::string& step : wanted[slot]) pointer += "/" + step;
      const Value& value = document.picked[slot];
      const bool there = root.contains(Json::json_pointer(pointer));
      CAPTURE(text, pointer);
      REQUIRE((value.kind != Value::Kind::missing) == there);
      if (!there) continue;
      ++found;
      const std::string quote = value.kind == Value::Kind::string ? "\"" : "";
      REQUIRE(Json::parse(quote + std::string(value.text) + quote) == root.at(Json::json_pointer(pointer)));
    }
  }
  CHECK(found > 1000);
}
