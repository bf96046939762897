// Proves which route answers on a path.
#include "http/routes.hpp"

#include "support/catch.hpp"

using namespace fieldgate;
using namespace fieldgate::http;

namespace {

struct Bench {
  Bench() {
    routes.add("GET", "/devices/*");
    routes.add("GET", "/devices/*/commands");
    routes.add("POST", "/devices/*/commands");
    routes.add("GET", "/devices/all");
  }
  /// The methods on the path, joined, and the segments.
  std::string operator()(std::string_view path) {
    std::vector<std::string> segments;
    well_formed = true;
    const auto* found = routes.find(path, segments, well_formed);
    if (found == nullptr) return "none";
    std::string text;
    for (const auto& each : *found) text += each.first + " ";
    for (const auto& segment : segments) text += "[" + segment + "]";
    return text;
  }
  Routes routes;
  bool well_formed = true;
};

}  // namespace

TEST_CASE("a star stands for one segment, decoded once") {
  Bench bench;
  CHECK(bench("/devices/a") == "GET [a]");
  CHECK(bench("/devices/a%2fb%2525") == "GET [a/b%25]");
  CHECK(bench("/devices/a/commands") == "GET POST [a]");
  CHECK(bench("/devices/%2a/commands") == "GET POST [*]");
  CHECK(bench.well_formed);
  bench("/devices/%zz");
  CHECK_FALSE(bench.well_formed);
}

TEST_CASE("a path that is written out comes before a star") {
  Bench bench;
  CHECK(bench("/devices/all") == "GET ");
}

TEST_CASE("paths with more, less or empty segments are others") {
  Bench bench;
  for (const char* path :
       {"/devices", "/devices/", "/devices//commands", "/devices/a/commands/", "/devices/a/b", "", "/", "/Devices/a"}) {
    INFO(path);
    CHECK(bench(path) == "none");
  }
}

TEST_CASE("all routes can be listed") {
  const Bench bench;
  CHECK(bench.routes.list() == std::vector<std::string>{"GET /devices/all", "GET /devices/*", "GET /devices/*/commands",
                                                        "POST /devices/*/commands"});
}
