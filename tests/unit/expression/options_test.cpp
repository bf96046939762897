// Templates and conditions as options of a file.
#include "expression/condition.hpp"
#include "expression/template.hpp"
#include "support/catch.hpp"
#include "unit/config/reading.hpp"

using namespace fieldgate;
using namespace fieldgate::expression;

TEST_CASE("a template is read, and its problem stands where it is written") {
  Template topic;
  config::Reading good("topic: 'v1/{{ device }}'", [&](config::Section& root) {
    topic = read_template(root, "topic", config::required, "The topic.", Place::topic);
  });
  CHECK(good.only() == "");
  CHECK(topic.source() == "v1/{{ device }}");
  config::Reading bad("topic: 'v1/{{ devcie }}'", [&](config::Section& root) {
    topic = read_template(root, "topic", config::required, "The topic.", Place::topic);
  });
  CHECK(bad.printed.find("plant.yaml:1:8: error: topic: there is no name 'devcie', did you mean 'device'?") !=
        std::string::npos);
  config::Reading left_out("{}", [&](config::Section& root) {
    topic = read_template(root, "topic", "{{ device }}", "The topic.", Place::topic);
  });
  CHECK(left_out.only() == "");
  CHECK(topic.source() == "{{ device }}");
}

TEST_CASE("what is known only where something is sent to a device cannot be read elsewhere") {
  for (const char* name : {"counter.2", "args.state"}) {
    CAPTURE(name);
    const std::string text = name;
    config::Reading topic("topic: '{{ " + text + " }}'", [](config::Section& root) {
      read_template(root, "topic", config::required, "The topic.", Place::topic);
    });
    CHECK(topic.only().find("sent to a device") != std::string::npos);
    config::Reading where("where: " + text + " == 1",
                          [](config::Section& root) { read_condition(root, "where", "The condition."); });
    CHECK(where.only().find("sent to a device") != std::string::npos);
  }
}

TEST_CASE("a condition is read, and its problem stands where it is written") {
  Condition where;
  const auto read = [&](config::Section& root) { where = read_condition(root, "where", "The condition."); };
  config::Reading good("where: data.a > 1", read);
  CHECK(good.only() == "");
  CHECK(where.source() == "data.a > 1");
  config::Reading bad("where: data.a >", read);
  CHECK(bad.printed.find("plant.yaml:1:8: error: where: at character 9: expected a name or a value, found the end") !=
        std::string::npos);
  config::Reading missing("other: 1", [&](config::Section& root) {
    root.text("other", "", "Other.");
    read(root);
  });
  CHECK(missing.only().find("'where' is required") != std::string::npos);
  config::Reading empty("where: ''", read);
  CHECK(empty.problems.errors() == 1);
}
