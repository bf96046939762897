// What an operator may write under `replies`, and what is sent for it.
#include "protocol/replies.hpp"

#include "codec/json.hpp"
#include "support/catch.hpp"
#include "unit/config/reading.hpp"

namespace fieldgate::protocol {
namespace {

using namespace std::string_literals;

/// The replies of a protocol, bound, and documents to try them on.
class Bench final : private codec::Receiver {
 public:
  explicit Bench(const std::string& yaml) {
    config::Reading reading("replies: " + yaml, [&](config::Section& root) {
      root.sections("replies", "replies", [&](config::Section& s) { replies.push_back(Reply::read(s)); });
    });
    problem = reading.only();
    for (Reply& reply : replies) {
      reply.when.bind(environment, paths);
      reply.out.content.bind(environment, paths);
    }
    origin.adapter = "meters";
    origin.peer_ip = "10.0.0.7";
    origin.peer_port = 4711;
  }

  /// The bytes of the first reply that fits the JSON document; "-" if none does, the reason if it cannot be made.
  std::string answer(Bytes json) {
    codec::Json codec({}, paths);
    result.clear();
    REQUIRE_FALSE(codec.decode(json, *this));
    return result;
  }

  std::vector<Reply> replies;
  std::string problem;

 private:
  void document(const Document& document) override {
    Message message;
    message.origin = &origin;
    message.device = "m-1";
    message.document = document;
    std::string scratch;
    const Reply* const reply = first_fitting(replies, message);
    result = "-";
    if (reply == nullptr) return;
    result.clear();
    if (const auto made = reply->out.content.append(message, nullptr, result, scratch); !made)
      result = made.error().reason;
  }

  expression::Environment environment{"gw", ""};
  expression::Paths paths;
  Origin origin;
  std::string result;
};

bool holds(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

TEST_CASE("the first reply that fits is sent, and none where none fits") {
  Bench bench(
      "[ { when: \"data.t == 'a'\", text: A }, { when: 'data.n > 0', text: N }, { when: 'data.n < 0', hex: 00 } ]");
  CHECK(bench.problem == "");
  CHECK(bench.answer(R"({"t":"a","n":1})") == "A");
  CHECK(bench.answer(R"({"t":"b","n":1})") == "N");
  CHECK(bench.answer(R"({"t":"b","n":-1})") == "\0"s);
  CHECK(bench.answer(R"({"t":"b"})") == "-");
}

TEST_CASE("a reply without when fits every frame, and waits until its messages are stored") {
  Bench bench("[ { text: ok } ]");
  CHECK(bench.answer("{}") == "ok");
  CHECK(bench.replies[0].after == After::stored);
  CHECK(bench.replies[0].out.frame);
  const Bench other("[ { after: delivered, frame: false, text: ok }, { after: received, text: no } ]");
  CHECK(other.replies[0].after == After::delivered);
  CHECK_FALSE(other.replies[0].out.frame);
  CHECK(other.replies[1].after == After::received);
}

TEST_CASE("in hex a name stands for the field's own bytes") {
  Bench bench(R"([ { hex: '78 78 {{ data.kind }} 0d{{ data.serial | default: "}}" }}0a' } ])");
  CHECK(bench.problem == "");
  CHECK(bench.answer(R"({"kind":"\u0001","serial":1234})") == "xx\x01\r1234\n");
  CHECK(bench.answer(R"({"kind":"K"})") == "xxK\r}}\n");
  CHECK(bench.answer(R"({"serial":1})") == "unfilled");
  Bench bare("[ { hex: '{{ data.a }} {{ data.b }}' } ]");
  CHECK(bare.problem == "");
  CHECK(bare.answer(R"({"a":"x","b":"y"})") == "xy");
}

TEST_CASE("hex is pairs of digits") {
  CHECK(holds(Bench("[ { hex: '6' } ]").problem, "hex"));
  CHECK(holds(Bench("[ { hex: '0x06' } ]").problem, "hex"));
  CHECK(holds(Bench("[ { hex: '' } ]").problem, "hex"));
  CHECK(holds(Bench("[ { hex: '6{{ data.x }}8' } ]").problem, "hex"));
  CHECK(holds(Bench("[ { hex: '06 {{ data.x' } ]").problem, "not closed"));
  CHECK(holds(Bench("[ { hex: '06 {{ dta.x }}' } ]").problem, "data"));
}

TEST_CASE("text is filled by templates") {
  Bench bench(
      R"([ { text: "ACK {{ data.seq }} {{ device }} {{ adapter }} {{ peer.ip }}:{{ peer.port }} {{ gateway }}\r" } ])");
  CHECK(bench.problem == "");
  CHECK(bench.answer(R"({"seq":7})") == "ACK 7 m-1 meters 10.0.0.7:4711 gw\r");
  CHECK(bench.answer("{}") == "unfilled");
}

TEST_CASE("json is a document, and a name that is a whole value keeps its kind") {
  Bench bench(
      R"([ { json: { ack: "{{ data.n }}", s: "{{ data.s }}", both: "{{ data.n }}-{{ data.s }}", "{{ device }}": true,
                   list: [ 1, -2.5, null, "3", yes, 007 ], at: "{{ peer.port }}", none: , whole: "{{ data }}" } } ])");
  CHECK(bench.problem == "");
  CHECK(
      bench.answer(R"({"n":42,"s":"a\"b"})") ==
      R"({"ack":42,"s":"a\"b","both":"42-a\"b","m-1":true,"list":[1,-2.5,null,"3","yes","007"],"at":4711,"none":null,)"
      R"("whole":{"n":42,"s":"a\"b"}})");
  CHECK(bench.answer(R"({"n":42})") == "unfilled");
}

TEST_CASE("json may be one value") {
  CHECK(Bench(R"([ { json: "{{ data.n }}" } ])").answer(R"({"n":5})") == "5");
  CHECK(Bench("[ { json: [] } ]").answer("{}") == "[]");
  CHECK(Bench("[ { json: \"ok\" } ]").answer("{}") == "\"ok\"");
  CHECK(holds(Bench(R"([ { json: '{"ok":true}' } ])").problem, "leave out the quotes"));
}

TEST_CASE("a reply says one thing") {
  CHECK(holds(Bench("[ { after: stored } ]").problem, "give one of hex, text, json"));
  CHECK(holds(Bench("[ { text: a, hex: 00 } ]").problem, "only one"));
  CHECK(holds(Bench("[ { fields: [ { type: const, hex: 06 } ], text: a } ]").problem, "only one"));
  CHECK(holds(Bench("[ { text: a, after: sent } ]").problem, "delivered"));
  CHECK(holds(Bench("[ { text: a, when: 'data.n >' } ]").problem, "expected"));
  CHECK(holds(Bench("[ { text: '{{ dta }}' } ]").problem, "data"));
}

TEST_CASE("replies that say the same are equal") {
  const std::string yaml = "[ { when: 'data.n > 0', hex: '06 {{ data.x }}' } ]";
  CHECK(Bench(yaml).replies == Bench(yaml).replies);
  CHECK_FALSE(Bench(yaml).replies == Bench("[ { when: 'data.n > 0', hex: '07 {{ data.x }}' } ]").replies);
}

}  // namespace
}  // namespace fieldgate::protocol
