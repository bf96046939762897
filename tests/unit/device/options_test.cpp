// The options of `devices:`: its list, its files, and what is wrong with them.
#include "device/options.hpp"

#include "device/registry_reader.hpp"
#include "support/catch.hpp"
#include "support/temp_dir.hpp"
#include "unit/config/reading.hpp"

namespace fieldgate::device {
namespace {

/// Reads `devices: { .. }`; a file that it names stands beside it.
struct Read {
  explicit Read(const std::string& yaml, bool syntax_only = false)
      : reading(
            "devices: " + yaml, [&](config::Section& root) { options = Options::read(root); }, syntax_only) {}
  Options options;
  config::Reading reading;

  /// "id:name=value,name=value;" of each row.
  std::string rows() const {
    std::string text;
    for (const Registry::Row& row : options.registry->rows()) {
      std::vector<Meta> tags;
      row.append_tags(tags);
      text += std::string(row.id()) + ":";
      for (const Meta& tag : tags) text += std::string(tag.name) + "=" + std::string(tag.value) + ",";
      text += ";";
    }
    return text;
  }
};

Read read_csv(const std::string& text, const std::string& rest = "") {
  const test::TempDir folder;
  return Read("{ file: '" + folder.write("devices.csv", text).string() + "'" + rest + " }");
}

bool holds(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

TEST_CASE("left out, every device is accepted and none is registered") {
  const Read read("{}");
  CHECK(read.reading.printed.empty());
  CHECK(read.options.unknown == Options::Unknown::accept);
  CHECK(read.rows().empty());
}

TEST_CASE("a list maps ids, as they are written, to tags") {
  const Read read("{ unknown: reject, list: { 0012: { site: 007 }, meter-*: {}, plain: , true: { hall: no } } }");
  CHECK(read.reading.printed.empty());
  CHECK(read.options.unknown == Options::Unknown::reject);
  CHECK(read.rows() == "0012:site=007,;meter-*:;plain:;true:hall=no,;");
}

TEST_CASE("a CSV file has a header and a row for each device") {
  Read read = read_csv("\xef\xbb\xbfid,site,secret,hall\r\n0012,\"Halle, \"\"Nord\"\"\",pw,a\r\n\r\nmeter-*,b,,\r\n");
  CHECK(read.reading.printed.empty());
  CHECK(read.rows() == "0012:site=Halle, \"Nord\",hall=a,;meter-*:site=b,;");
  CHECK(read.options.registry->rows().front().secret() == "pw");
}

TEST_CASE("a YAML file holds a map of ids") {
  const test::TempDir folder;
  const Read read("{ file: '" + folder.write("devices.yaml", "0012: { site: 007, secret: pw }\nm-1:\n").string() +
                  "' }");
  CHECK(read.reading.printed.empty());
  CHECK(read.rows() == "0012:site=007,;m-1:;");
  CHECK(read.options.registry->rows().front().secret() == "pw");
}

TEST_CASE("each bad row is an error with its line in the file") {
  const std::string nul("n\0l,x\n", 6);
  Read read = read_csv("id,site\n1,a,b\n2\n,c\n3,ok\nb\xff,x\n" + nul + "e\x1b,x\n4\"x,y\n5,\"a\nb\"\n");
  const std::string& printed = read.reading.printed;
  CAPTURE(printed);
  CHECK(read.reading.problems.errors() == 8);
  CHECK(holds(printed, "devices.csv:2:1: error: devices.file: the row has 3 columns, the first line has 2"));
  CHECK(holds(printed, "devices.csv:3:1: error: devices.file: the row has 1 columns, the first line has 2"));
  CHECK(holds(printed, "devices.csv:4:1: error: devices.file: the id is empty"));
  CHECK(holds(printed, "devices.csv:6:1: error: devices.file: the row is not UTF-8"));
  CHECK(holds(printed, "devices.csv:7:1: error: devices.file: the row holds the control byte 0x00"));
  CHECK(holds(printed, "devices.csv:8:1: error: devices.file: the row holds the control byte 0x1b"));
  CHECK(holds(printed, "devices.csv:9:1: error: devices.file: a quote stands inside of a value"));
  CHECK(holds(printed, "devices.csv:10:1: error: devices.file: the row holds the control byte 0x0a"));
}

TEST_CASE("a device that stands twice is an error with both places, in one file and in two") {
  Read twice = read_csv("id\nm-1\nm-2\nm-1\n");
  CHECK(holds(twice.reading.printed, "devices.csv:4:1: error: devices.file: the device 'm-1' stands already at "));
  CHECK(holds(twice.reading.printed, "devices.csv:2:1\n"));
  Read both = read_csv("id\nm-1\n", ", list: { m-1: {} }");
  CHECK(holds(both.reading.printed, "devices.csv:2:1: error: "));
  CHECK(holds(both.reading.printed, "the device 'm-1' stands already at plant.yaml:1:"));
}

TEST_CASE("the header names columns that templates can name, `id` first, none twice") {
  for (const auto& [text, problem] : std::vector<std::pair<std::string, std::string>>{
           {"", "the file is empty"},
           {"site,id\n", "the first column must be 'id', not 'site'"},
           {"id;site\n", "the first column must be 'id', not 'id;site'"},
           {"id,site,site\n", "two columns are called 'site'"},
           {"id,a b\n", "the tag's name 'a b' holds what {{ tags.NAME }} cannot"},
           {"id,,b\n", "a tag needs a name"},
       }) {
    Read read = read_csv(text);
    CAPTURE(text, read.reading.printed);
    CHECK(read.reading.problems.errors() == 1);
    CHECK(holds(read.reading.printed, "devices.csv:1:1: error: devices.file: " + problem));
  }
}

TEST_CASE("a line with a secret is never shown") {
  Read read = read_csv("id,secret\nm-1,hunter2,more\n1,hunter2\n1,hunter2\n\"m-2,hunter2\n");
  CHECK(read.reading.problems.errors() == 3);
  CHECK(!holds(read.reading.printed, "hunter2"));
  const Read list("{ list: { m-1: { secret: hunter2 } } }");
  CHECK(list.reading.problems.errors() == 0);
  CHECK(list.reading.problems.warnings() == 1);
  CHECK(!holds(list.reading.printed, "hunter2"));
}

TEST_CASE("of very many bad rows the first are shown and the others counted") {
  std::string text = "id,site\n";
  for (int i = 0; i < 1000; ++i) text += "x\n";
  Read read = read_csv(text);
  CHECK(read.reading.problems.errors() == RegistryReader::max_problems + 1);
  CHECK(holds(read.reading.printed, "and 900 more rows are wrong"));
}

TEST_CASE("a file that cannot be read is an error, and --syntax does not look for it") {
  const std::string yaml = "{ file: /nowhere/devices.csv }";
  CHECK(holds(Read(yaml).reading.printed, "devices.file: cannot read '/nowhere/devices.csv': No such file"));
  CHECK(Read(yaml, true).reading.printed.empty());
  CHECK(holds(Read("{ file: devices.txt }").reading.printed, "must end with .csv, .yaml or .yml"));
}

TEST_CASE("what is no list of devices says so") {
  CHECK(holds(Read("{ list: [m-1] }").reading.printed, "expected a map of ids"));
  CHECK(holds(Read("{ list: { m-1: hall-a } }").reading.printed, "expected a map of tags for 'm-1'"));
  CHECK(holds(Read("{ list: { m-1: { a: [1] } } }").reading.printed, "expected text for 'a', not a list"));
  CHECK(holds(Read("{ list: { m-1: { a b: 1 } } }").reading.printed, "the tag's name 'a b'"));
  CHECK(holds(Read("{ unknown: reject }").reading.printed, "no device is registered, so all are rejected"));
}

TEST_CASE("a file of 100,000 devices is read, and may be larger than a configuration") {
  std::string text = "id,site,hall,comment\n";
  for (int i = 0; i < 100'000; ++i) text += "device-" + std::to_string(i) + ",site-a,hall-b,somewhere\n";
  REQUIRE(text.size() > 3 * 1024 * 1024);
  const Read read = read_csv(text);
  CHECK(read.reading.printed.empty());
  CHECK(read.options.registry->rows().size() == 100'000);
}

}  // namespace
}  // namespace fieldgate::device
