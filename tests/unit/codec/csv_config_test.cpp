#include "codec/csv.hpp"
#include "support/catch.hpp"
#include "unit/config/reading.hpp"

using namespace fieldgate;
using namespace fieldgate::codec;

namespace {

using Kind = Csv::Kind;

struct Read {
  explicit Read(const std::string& yaml) {
    config::Reading reading("codec: " + yaml, [this](config::Section& root) {
      root.section("codec", "codec", [this](config::Section& section) { config = Csv::Config::read(section); });
    });
    problem = reading.only();
  }
  Csv::Config config;
  std::string problem;
};

bool holds(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("columns are names, or maps") {
  CHECK(Read("{ columns: [a, b] }").config == Csv::Config{{{"a"}, {"b"}}});
  const Read read(
      R"({ columns: [ { name: at, type: unix_ms, time: true }, { name: v, type: number } ], separator: ";", quote: "'" })");
  CHECK(read.problem == "");
  CHECK(read.config == Csv::Config{{{"at", Kind::unix_ms, true}, {"v", Kind::number}}, ';', '\''});
  CHECK(Read(R"({ columns: [a], separator: "\t" })").config.separator == '\t');
}

TEST_CASE("columns that cannot be are told") {
  CHECK(holds(Read("{ separator: ';' }").problem, "needs its columns"));
  CHECK(holds(Read("{ columns: [] }").problem, "needs its columns"));
  CHECK(holds(Read("{ columns: [a, b, a] }").problem, "two columns are called 'a'"));
  CHECK(holds(Read("{ columns: [ { name: a, time: true } ] }").problem, "'time: true'"));
  CHECK(holds(
      Read("{ columns: [ { name: a, type: unix_s, time: true }, { name: b, type: unix_s, time: true } ] }").problem,
      "one time"));
  CHECK(holds(Read("{ columns: [ { name: a, type: int } ] }").problem, "integer"));
  CHECK(holds(Read("{ columns: [a], separator: '::' }").problem, "one character"));
  CHECK(holds(Read("{ columns: [a], separator: '\"' }").problem, "are the same"));
}
