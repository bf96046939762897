// Whole files and the exact problems that must be printed for them: tests/data/config/*.yaml and *.expected. With
// FIELDGATE_ACCEPT set in the environment, what is printed becomes what is expected: read the difference before you
// commit it.
#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "config/loader.hpp"
#include "config/print.hpp"
#include "config/registry.hpp"
#include "config/tls.hpp"
#include "support/catch.hpp"

namespace fieldgate::config {
namespace {

void read_framing(Section& framing) {
  const std::vector<std::string_view> types{"line", "length_field"};
  const std::size_t type = read_type(framing, "framing", types);
  if (type == 0) {
    framing.size("max_length", 65536, "longest frame", {1, 16 << 20});
    framing.bytes("end", std::string("\n"), "what ends a line");
  } else if (type == 1) {
    framing.integer("length_size", 2, "width of the length field in bytes", {1, 8});
    framing.integer("length_offset", 0, "where the length field starts", {0});
    framing.slice("payload", "what the codec reads");
  }
}

void read_protocol(Section& protocol) {
  protocol.section("framing", "how the stream is cut", read_framing);
  protocol.section("codec", "how a frame is read", [](Section& codec) { read_type(codec, "codec", {"json", "text"}); });
  protocol.text("device", std::string("-"), "who sent it");
}

void read_adapter(Section& adapter) {
  const std::size_t type = read_type(adapter, "adapter", {"tcp", "tls", "udp"});
  if (type > 2) return;
  adapter.address("listen", required, "where devices connect");
  adapter.flag("enabled", true, "whether it runs");
  adapter.reference("protocol", "protocols", "what devices speak", read_protocol);
  adapter.section("limits", "what devices may do", [](Section& limits) {
    limits.integer("connections", 10000, "at once", {1, 1000000});
    limits.duration("idle", std::chrono::hours(1), "longest silence", std::chrono::seconds(1));
    limits.optional_rate("rate", "messages of a device");
    limits.texts("allow", std::vector<std::string>(), "source networks");
  });
}

void read_sink(Section& sink) {
  if (read_type(sink, "sink", {"http", "console"}) > 1) return;
  sink.text("url", std::string(), "the service");
  sink.secret("password", "how we prove who we are");
  sink.secret_map("headers", "more headers");
  sink.size("max_size", 1024, "of the buffer");
  sink.duration("timeout", std::chrono::seconds(1), "of a batch");
  sink.choice<int>("when_full", 0, "what then", {{"block", 0}, {"drop_oldest", 1}, {"drop_newest", 2}});
}

void read_root(Section& root) {
  root.named("protocols", "by name", [](const std::string&, Section& protocol) { read_protocol(protocol); });
  root.named("adapters", "southbound", [](const std::string&, Section& adapter) { read_adapter(adapter); });
  root.named("sinks", "northbound", [](const std::string&, Section& sink) { read_sink(sink); });
}

std::string content(const std::filesystem::path& path) {
  std::ifstream stream(path, std::ios::binary);
  std::ostringstream out;
  out << stream.rdbuf();
  return out.str();
}

std::vector<std::filesystem::path> cases() {
  std::vector<std::filesystem::path> found;
  for (const auto& entry : std::filesystem::directory_iterator(std::string(TEST_DATA) + "/config")) {
    if (entry.path().extension() == ".yaml") found.push_back(entry.path());
  }
  std::sort(found.begin(), found.end());
  return found;
}

/// The output names files as they were given; the expectation names them without their folder.
std::string without(std::string text, const std::string& folder) {
  for (std::size_t at = text.find(folder); at != std::string::npos; at = text.find(folder, at))
    text.erase(at, folder.size());
  return text;
}

}  // namespace

TEST_CASE("a file with mistakes prints exactly what is expected") {
  const std::vector<std::filesystem::path> found = cases();
  REQUIRE(found.size() >= 5);
  for (const std::filesystem::path& yaml : found) {
    INFO(yaml.filename());
    Files files;
    Problems problems;
    const std::optional<Document> document = load(yaml, false, files, problems);
    if (document) {
      Reader reader(problems);
      document->lead(reader, files);
      Section root(reader, &document->root, {}, nullptr);
      read_root(root);
    }
    std::filesystem::path expected = yaml;
    expected.replace_extension(".expected");
    const std::string printed = without(print_problems(problems, files), yaml.parent_path().string() + "/");
    if (std::getenv("FIELDGATE_ACCEPT") != nullptr) std::ofstream(expected, std::ios::binary) << printed;
    CHECK(printed == content(expected));
  }
}

}  // namespace fieldgate::config
