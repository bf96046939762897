#include "config/loader.hpp"

#include <unistd.h>

#include <fstream>

#include "config/print.hpp"
#include "support/catch.hpp"

namespace fieldgate::config {
namespace {

class Folder {
 public:
  Folder() : path_(std::filesystem::temp_directory_path() / ("fieldgate-load-" + std::to_string(::getpid()))) {
    std::filesystem::create_directories(path_ / "conf.d");
  }
  ~Folder() {
    std::error_code ec;
    std::filesystem::remove_all(path_, ec);
  }
  std::filesystem::path write(const std::string& name, const std::string& text) const {
    std::ofstream(path_ / name, std::ios::binary) << text;
    return path_ / name;
  }

 private:
  std::filesystem::path path_;
};

struct Loaded {
  Files files;
  Problems problems;
  std::optional<Document> document;

  explicit Loaded(const std::filesystem::path& file, bool syntax_only = false)
      : document(load(file, syntax_only, files, problems)) {}
  std::string first() { return problems.sorted().empty() ? std::string() : problems.sorted().front().text; }
};

}  // namespace

TEST_CASE("a file that cannot be read is an error of the file as a whole") {
  Loaded missing("/nonexistent/plant.yaml");
  CHECK_FALSE(missing.document);
  CHECK(print_problems(missing.problems, missing.files) ==
        "/nonexistent/plant.yaml: error: cannot read the file '/nonexistent/plant.yaml': No such file or directory\n1 "
        "error\n");
  Loaded folder("/");
  CHECK(folder.first().find("it is a directory") != std::string::npos);
  Loaded endless("/dev/zero");
  CHECK(endless.first().find("larger than 1 MiB") != std::string::npos);
}

TEST_CASE("include joins the maps of other files") {
  const Folder folder;
  const auto main = folder.write(
      "main.yaml", "include: [conf.d/*.yaml, extra.yaml]\nadapters: { a: { n: 1 } }\ngateway: { id: x }\n");
  folder.write("conf.d/2.yaml", "adapters: { c: { n: 3 } }\n");
  folder.write("conf.d/1.yaml", "adapters: { b: { n: 2 } }\nsinks: { s: {} }\n");
  folder.write("conf.d/empty.yaml", "# nothing yet\n");
  folder.write("extra.yaml", "gateway: { data_dir: /x }\n");
  Loaded loaded(main);
  REQUIRE(loaded.document);
  CHECK(loaded.first().empty());
  const Node& root = loaded.document->root;
  CHECK(root.find("include") == nullptr);
  CHECK(joined(root.find("adapters")->keys()) == "a, b, c");
  CHECK(root.find("sinks")->find("s") != nullptr);
  CHECK(joined(root.find("gateway")->keys()) == "id, data_dir");
}

TEST_CASE("a name that two files define names both places") {
  const Folder folder;
  const auto main = folder.write("main.yaml", "include: [other.yaml]\nadapters: { a: {} }\n");
  folder.write("other.yaml", "adapters: { a: {} }\n");
  Loaded loaded(main);
  CHECK(loaded.first() == "'a' is defined twice: it stands already at " + main.string() + ":2:13");
  CHECK(loaded.problems.sorted()[0].mark == Mark{1, 1, 13, 1});
}

TEST_CASE("an included file that is missing or broken, or comes twice, is an error") {
  const Folder folder;
  Loaded missing(folder.write("a.yaml", "include: [nobody.yaml]\n"));
  CHECK(missing.first().find("cannot read the file") == 0);
  Loaded itself(folder.write("b.yaml", "include: [b.yaml]\n"));
  CHECK(itself.first().find("included twice") != std::string::npos);
  Loaded none(folder.write("c.yaml", "include: [nobody*.yaml]\n"));
  CHECK(none.first().empty());
  folder.write("broken.yaml", "a: [\n");
  Loaded broken(folder.write("d.yaml", "include: [broken.yaml]\nx: 1\n"));
  CHECK(broken.problems.errors() == 1);
  CHECK(broken.problems.sorted()[0].mark.file == 1);
  Loaded text(folder.write("e.yaml", "include: other.yaml\n"));
  CHECK(text.first().find("expected a list of files") == 0);
}

TEST_CASE("with syntax_only nothing is included, and the tree says so") {
  const Folder folder;
  Loaded loaded(folder.write("a.yaml", "include: [nobody.yaml]\n"), true);
  REQUIRE(loaded.document);
  CHECK(loaded.document->partial);
  CHECK(loaded.first().empty());
}

}  // namespace fieldgate::config
