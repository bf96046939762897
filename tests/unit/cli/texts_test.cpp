#include "cli/texts.hpp"

#include "support/catch.hpp"

namespace fieldgate::cli {
namespace {

using config::Description;

Description option(std::string name, std::string type, std::string fallback, std::string meaning) {
  Description description;
  description.name = std::move(name);
  description.type = std::move(type);
  description.fallback = std::move(fallback);
  description.meaning = std::move(meaning);
  return description;
}

/// A language with one sink, `http`, and one framing, `line`, that protocols use.
Language sample() {
  Language out;
  Description batch = option("batch", "section", "", "when a batch goes");
  batch.options = {option("timeout", "duration", "1s", "how old it may get")};
  Description sinks = option("sinks", "map of names to sections", "", "northbound");
  sinks.kind = "sink";
  sinks.options = {batch};
  Description framing = option("framing", "section", "", "how a stream is cut");
  framing.kind = "framing";
  Description protocols = option("protocols", "map of names to sections", "", "by name");
  protocols.options = {framing};
  out.root = {protocols, sinks};
  Description url = option("url", "text", "", "the service | its address");
  url.is_required = true;
  out.kinds = {{"framing", {{"line", "lines of text", {option("max_length", "size", "64KiB", "longest line")}}}},
               {"sink",
                {{"http", "posts batches", {url, option("timeout", "duration", "15s", "for an answer")}},
                 {"console", "prints", {}}}}};
  return out;
}

std::string explained(std::string_view path) {
  const Language language = sample();
  const auto text = explain_text(language, path);
  return text ? *text : text.error().text;
}

}  // namespace

TEST_CASE("an option is explained with its meaning, unit and default") {
  CHECK(explained("framing.line.max_length") ==
        "framing.line.max_length\n"
        "  longest line\n"
        "  type: size\n"
        "  unit: B, KB, MB, GB, TB (powers of 1000), KiB, MiB, GiB, TiB (powers of 1024)\n"
        "  default: 64KiB\n");
  CHECK(explained("sinks.http.url") == "sinks.http.url\n  the service | its address\n  type: text\n  required\n");
}

TEST_CASE("a kind may be named in the singular or the plural") {
  CHECK(explained("framings.line.max_length") == explained("framing.line.max_length"));
  CHECK(explained("sink.http.batch.timeout") == explained("sinks.http.batch.timeout"));
  CHECK(explained("sinks.http.batch.timeout").find("default: 1s") != std::string::npos);
}

TEST_CASE("the end of a path shows every place of that name") {
  const std::string text = explained("timeout");
  CHECK(text.find("sinks.http.batch.timeout\n") != std::string::npos);
  CHECK(text.find("sinks.http.timeout\n") != std::string::npos);
  CHECK(text.find("sinks.console.batch.timeout\n") != std::string::npos);
  CHECK(explained("max_length") == explained("framing.line.max_length"));
}

TEST_CASE("a type lists its options, those of its kind as well") {
  CHECK(explained("sinks.http") ==
        "sinks.http\n"
        "  posts batches\n"
        "  options:\n"
        "    batch    section: when a batch goes\n"
        "    url      text, required: the service | its address\n"
        "    timeout  duration, default 15s: for an answer\n");
  CHECK(explained("line").find("framing.line\n  lines of text\n") == 0);
}

TEST_CASE("an option that takes a type lists the types") {
  CHECK(explained("protocols.framing").find("  types:\n    line: lines of text\n") != std::string::npos);
}

TEST_CASE("an unknown path is guessed") {
  CHECK(explained("framing.line.max_lenght") ==
        "no option or type is called 'framing.line.max_lenght', did you mean 'framing.line.max_length'?");
  CHECK(explained("max_lenght") == "no option or type is called 'max_lenght', did you mean 'max_length'?");
  CHECK(explained("zebra").find("'fieldgate list' names the types") != std::string::npos);
}

TEST_CASE("list shows all kinds, or the types of one") {
  const Language language = sample();
  CHECK(*list_text(language, "") ==
        "framings:\n  line  lines of text\n\nsinks:\n  http     posts batches\n  console  prints\n");
  CHECK(*list_text(language, "sink") == "  http     posts batches\n  console  prints\n");
  CHECK(*list_text(language, "sinks") == *list_text(language, "sink"));
  CHECK(list_text(language, "snks").error().text == "no kind of type is called 'snks', did you mean 'sinks'?");
  CHECK(list_text(language, "zebra").error().text ==
        "no kind of type is called 'zebra'; there are framings, sinks, protocols");
}

TEST_CASE("the reference is a page of tables") {
  const std::string page = reference_text(sample());
  CHECK(page.find("# Configuration reference\n") == 0);
  CHECK(page.find("| `sinks.NAME.batch.timeout` | duration | `1s` | how old it may get |\n") != std::string::npos);
  CHECK(page.find("### sink `http`\n\nposts batches\n") != std::string::npos);
  CHECK(page.find("| `url` | text | required | the service \\| its address |\n") != std::string::npos);
  CHECK(page.find("### sink `console`\n\nprints\n\nNo options.\n") != std::string::npos);
}

}  // namespace fieldgate::cli
