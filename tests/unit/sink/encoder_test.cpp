// Records by a shape.
#include "sink/encoder.hpp"

#include "support/catch.hpp"
#include "unit/config/reading.hpp"
#include "unit/expression/sample.hpp"

using namespace fieldgate;
using namespace fieldgate::sink;

namespace {

Encoding encoding_of(const std::string& yaml, std::string& problems) {
  Encoding encoding;
  config::Reading reading("encoding: " + yaml,
                          [&](config::Section& root) { encoding = Encoding::read(root, Encoding::Type::json); });
  problems = reading.printed;
  return encoding;
}

}  // namespace

TEST_CASE("a record has the shape that the operator drew") {
  Sample sample;
  std::string problems;
  const Encoding encoding =
      encoding_of(R"({ type: ndjson, content: { dev: "{{ device }}", n: "{{ data.n }}" } })", problems);
  CHECK(problems == "");
  Encoder encoder(encoding, sample.environment, sample.paths, 1);
  sample.number("n", "7");
  std::string out;
  REQUIRE(encoder.append(out, sample.message));
  CHECK(out == R"({"dev":"dev-1","n":7})");
}

TEST_CASE("a message that cannot fill the shape keeps its document, for the dead letters") {
  Sample sample;
  std::string problems;
  Encoder encoder(encoding_of(R"({ content: "{{ data.n }}" })", problems), sample.environment, sample.paths, 1);
  CHECK(problems == "");
  sample.message.document.json = R"({"m":1})";
  sample.with({"n"}, Value::Kind::missing, "");
  std::string out;
  const auto made = encoder.append(out, sample.message);
  REQUIRE_FALSE(made);
  CHECK(made.error().reason == "content_unfilled");
  CHECK(made.error().text.find("encoding.content: ") == 0);
  CHECK(out == R"({"m":1})");
}

TEST_CASE("a shape fits neither payload nor id") {
  std::string problems;
  encoding_of("{ type: payload, content: { a: 1 } }", problems);
  CHECK(problems.find("sends the device's bytes") != std::string::npos);
  encoding_of("{ id: true, content: { a: 1 } }", problems);
  CHECK(problems.find("is part of the envelope") != std::string::npos);
  encoding_of("{ content: dat }", problems);
  CHECK(problems.find("did you mean 'data'") != std::string::npos);
}

TEST_CASE("the envelope has tags where there are any, behind the times and before the data") {
  Sample sample;
  std::string problems;
  Encoder encoder(encoding_of("{ type: json }", problems), sample.environment, sample.paths, 1);
  sample.message.document.json = R"({"n":7})";
  std::string without;
  REQUIRE(encoder.append(without, sample.message));
  CHECK(without.find("tags") == std::string::npos);
  const Meta tags[] = {{"region", "north"}, {"site", "hall \"a\""}};
  sample.message.tags = tags;
  std::string with;
  REQUIRE(encoder.append(with, sample.message));
  const std::string end = R"(,"data":{"n":7}})";
  CHECK(with ==
        without.substr(0, without.size() - end.size()) + R"(,"tags":{"region":"north","site":"hall \"a\""})" + end);
}

TEST_CASE("a shape takes a tag by its name, and cannot be filled where there is none") {
  Sample sample;
  std::string problems;
  Encoder encoder(encoding_of(R"({ content: { at: "{{ tags.site }}" } })", problems), sample.environment, sample.paths,
                  1);
  CHECK(problems == "");
  sample.message.document.json = "{}";
  std::string out;
  CHECK_FALSE(encoder.append(out, sample.message));
  const Meta tags[] = {{"site", "a"}};
  sample.message.tags = tags;
  out.clear();
  REQUIRE(encoder.append(out, sample.message));
  CHECK(out == R"({"at":"a"})");
}
