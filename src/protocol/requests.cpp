// Requests and commands: reading their options.
#include "protocol/requests.hpp"

#include "config/node.hpp"
#include "config/registry.hpp"
#include "protocol/replies.hpp"

namespace fieldgate::protocol {

namespace {

constexpr auto shortest = std::chrono::milliseconds(10);

std::vector<std::pair<std::string, std::vector<std::string>>> read_each(config::Section& s) {
  std::vector<std::pair<std::string, std::vector<std::string>>> each;
  s.claim({.name = "each",
           .type = "map of names to lists",
           .meaning = "Asked once for each of these values: {{ NAME }}; with several names, for all combinations."});
  const config::Node* const node = s.node("each");
  if (node == nullptr) return each;
  if (!node->is_map()) {
    s.error("each", "expected a map of names to lists: each: { unit: [1, 2, 3] }");
    return each;
  }
  for (const config::Node::Entry& entry : node->entries) {
    if (expression::Reference::taken(entry.key)) {
      s.error(entry.mark, "each", "'" + entry.key + "' is a name of the language; choose another");
      continue;
    }
    std::vector<std::string> values;
    for (const config::Node& item : entry.value.items) {
      if (item.is_scalar() && !item.text.empty()) {
        values.push_back(item.text);
      } else {
        s.error(item.mark, "each", "expected numbers or texts in the list");
      }
    }
    if (values.empty()) s.error(entry.mark, "each", "expected a list of values: each: { unit: [1, 2, 3] }");
    each.emplace_back(entry.key, std::move(values));
  }
  return each;
}

}  // namespace

void Exchange::read(config::Section& s) {
  out = Outgoing::read(s);
  expect = read_optional_condition(s, "expect", "Which frame answers, an expression; left out: the next one.");
  timeout = s.duration("timeout", Duration(std::chrono::seconds(5)), "How long the answer may take.", shortest);
  retries = static_cast<int>(s.integer("retries", 0, "How often it is sent again when no answer comes.", {0, 100}));
  s.section("codec", "How the answer is read; left out: as the protocol's frames are.", [&](config::Section& c) {
    if (c.describing() || s.has("codec")) codec = c.reader().get<config::Registry<codec::Factory>>().read(c);
  });
}

void Exchange::bind(const expression::Environment& environment, expression::Paths& paths) {
  out.content.bind(environment, paths);
  expect.bind(environment, paths);
}

Request Request::read(config::Section& s) {
  Request request;
  request.name = s.text("name", config::required, "What it is called: {{ request }} in the message that answers.");
  request.exchange.read(s);
  request.every = s.optional_duration("every", "How often it is asked; connections are spread over the interval.");
  if (request.every && *request.every < shortest) s.error("every", "must be at least 10ms");
  const auto at = s.optional_text("at", "`connect`: asked when the device has connected.");
  request.at_connect = at == "connect";
  if (at && !request.at_connect) s.error("at", "is '" + *at + "', but can only be connect");
  if (!request.every && !at && !s.has("every") && !s.describing())
    s.error("", "says not when: give 'every', or 'at: connect'");
  request.each = read_each(s);
  if (request.combinations() > max_each)
    s.error("each", "asks for more than " + std::to_string(max_each) + " combinations");
  return request;
}

std::size_t Request::combinations() const {
  std::size_t product = 1;
  for (const auto& [chosen, values] : each) product = std::min(product * values.size(), max_each + 1);
  return product;
}

std::vector<Meta> Request::combination(std::size_t index) const {
  std::vector<Meta> made;
  for (const auto& [chosen, values] : each) {
    made.push_back({chosen, values[index % values.size()]});
    index /= values.size();
  }
  return made;
}

Command Command::read(config::Section& s) {
  Command command;
  command.exchange.read(s);
  command.expires =
      s.duration("expires", Duration(0), "How long it may wait for an absent device; 0s: it is refused at once.");
  return command;
}

}  // namespace fieldgate::protocol
