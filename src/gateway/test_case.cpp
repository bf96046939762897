// Reading `tests:`, so that what cannot be run is found when the file is checked.
#include "gateway/test_case.hpp"

#include <algorithm>
#include <array>

#include "config/values.hpp"

namespace fieldgate::gateway {
namespace {

using config::Node;

constexpr std::array<std::string_view, 3> byte_forms = {"hex", "text", "base64"};

Result<std::string> bytes_of(std::string_view form, const std::string& text) {
  if (form == "hex") return config::parse_hex(text);
  if (form == "base64") return config::parse_base64(text);
  return text;
}

/// The bytes of an option that holds one text or a list of them.
std::vector<std::string> read_chunks(config::Section& s, std::string_view form) {
  std::vector<std::string> chunks;
  const Node* node = s.node(form);
  if (node == nullptr) return chunks;
  const auto add = [&](const Node& item) {
    if (item.unresolved) return;
    if (!item.is_scalar() && item.kind != Node::Kind::empty) {
      s.error(item.mark, form, "expected text, or a list of texts that arrive one after the other");
      return;
    }
    auto bytes = bytes_of(form, item.text);
    if (!bytes) return s.error(item.mark, form, bytes.error().text);
    chunks.push_back(std::move(*bytes));
  };
  if (!node->is_list()) add(*node);
  for (const Node& item : node->items) add(item);
  return chunks;
}

config::Description any(std::string_view name, std::string_view type, std::string_view meaning) {
  config::Description description;
  description.name = name;
  description.type = type;
  description.meaning = meaning;
  return description;
}

/// What a step of a talk may be.
std::vector<config::Description> step_options() {
  config::Description command = any("command", "section", "What a sink sends.");
  command.options = {any("command", "text", "Its name."), any("args", "map of names to values", "Its arguments.")};
  command.options.front().is_required = true;
  return {any("device", "bytes", "What the device sends."), any("gateway", "bytes", "What the gateway sends."),
          any("message", "map of names to values", "A message that goes on: what is named must match."), command};
}

void claim_all(config::Section& s) {
  s.claim(any("protocol", "section, or a name out of `protocols`", "What reads the bytes, in the place of `adapter`."));
  s.claim(any("hex", "text or list of texts", "What the device sends, in hex; a list arrives piece by piece."));
  s.claim(any("text", "text or list of texts", "The same as text."));
  s.claim(any("base64", "text or list of texts", "The same in base64."));
  s.claim(any("expect", "list of maps, or one",
              "The messages, in their order: what is named must match, more may be there; numbers within 1e-9."));
  config::Description exchange = any("exchange", "list of sections",
                                     "A talk, in the place of bytes and `expect`: { device: bytes }, { gateway: bytes "
                                     "}, { message: {..} }, { command: { command, args } }.");
  if (s.describing()) exchange.options = step_options();
  s.claim(std::move(exchange));
}

std::optional<std::vector<Node>> read_expect(config::Section& s) {
  const Node* node = s.node("expect");
  if (node == nullptr || node->unresolved) return std::nullopt;
  if (node->is_map()) return std::vector<Node>{*node};
  if (!node->is_list() && node->kind != Node::Kind::empty) {
    s.error("expect", "expected a list of messages, like [ { device: d1, data: { temperature: 21.5 } } ]");
    return std::nullopt;
  }
  for (const Node& item : node->items) {
    if (!item.is_map()) s.error(item.mark, "expect", "expected a map: what the message holds, like { data: { a: 1 } }");
  }
  return node->items;
}

TestStep read_step(config::Section& s, const Node& node) {
  TestStep step;
  step.mark = node.mark;
  const auto wrong = [&](const config::Mark& mark, std::string text) { s.error(mark, "exchange", std::move(text)); };
  if (!node.is_map() || node.entries.size() != 1) {
    wrong(node.mark, "expected one of { device: bytes }, { gateway: bytes }, { message: {..} }, { command: {..} }");
    return step;
  }
  const Node::Entry& entry = node.entries.front();
  using Kind = TestStep::Kind;
  constexpr std::array<std::string_view, 4> words = {"device", "gateway", "message", "command"};
  const auto word = std::find(words.begin(), words.end(), entry.key);
  if (word == words.end()) {
    const std::vector<std::string_view> known(words.begin(), words.end());
    wrong(entry.mark, "unknown key " + config::in_quotes(entry.key) + config::did_you_mean(entry.key, known) +
                          "; known here: " + config::joined(known));
    return step;
  }
  step.kind = static_cast<Kind>(word - words.begin());
  if (step.kind == Kind::device || step.kind == Kind::gateway) {
    if (!entry.value.is_scalar()) {
      wrong(entry.mark, "expected bytes: text, or hex after 0x");
    } else if (auto bytes = config::parse_bytes(entry.value.text)) {
      step.bytes = std::move(*bytes);
    } else {
      wrong(entry.value.mark, bytes.error().text);
    }
  } else if (!entry.value.is_map()) {
    wrong(entry.mark, "expected a map");
  } else if (step.kind == Kind::message) {
    step.expected = entry.value;
  } else {
    const Node* name = entry.value.find("command");
    const Node* args = entry.value.find("args");
    if (name == nullptr || !name->is_scalar()) wrong(entry.mark, "expected { command: NAME, args: {..} }");
    if (name != nullptr) step.command = name->text;
    if (args != nullptr) step.expected = *args;
  }
  return step;
}

void read_exchange(config::Section& s, TestCase& test) {
  const Node* node = s.node("exchange");
  if (node == nullptr) return;
  if (!node->is_list()) return s.error("exchange", "expected a list of steps, like [ { device: \"0x01\" } ]");
  for (const Node& item : node->items) test.exchange.push_back(read_step(s, item));
}

void read_target(config::Section& s, TestCase& test) {
  if (s.has("adapter") == s.has("protocol"))
    s.error("", s.has("adapter")
                    ? "give either 'adapter' or 'protocol', not both"
                    : "says not what reads the bytes: 'adapter', or in a file without adapters 'protocol'");
  const Node* root = s.reader().root;
  const Node* adapters = root == nullptr ? nullptr : root->find("adapters");
  if (s.has("adapter") && !test.adapter.empty() && !s.reader().partial &&
      (adapters == nullptr || adapters->find(test.adapter) == nullptr)) {
    const auto known = adapters == nullptr ? std::vector<std::string_view>() : adapters->keys();
    std::string hint = config::did_you_mean(test.adapter, known);
    if (hint.empty()) hint = known.empty() ? "; the file has no 'adapters'" : "; known: " + config::joined(known);
    s.error("adapter", "no adapter is called " + config::in_quotes(test.adapter) + hint);
  }
  if (s.has("protocol")) {
    if (const Node* node = s.node("protocol"); node->is_scalar()) test.protocol_name = node->text;
    s.reference("protocol", config::Library::root_key, "",
                [&](config::Section& p) { test.protocol = protocol::FramedConfig::read_map(p, std::nullopt); });
  }
}

void read_replies(config::Section& s, std::vector<std::string>& replies) {
  for (std::string& reply : replies) {
    const std::string_view digits = reply;
    auto bytes = config::parse_hex(digits.substr(digits.starts_with("0x") ? 2 : 0));
    if (!bytes) s.error("replies", bytes.error().text);
    if (bytes) reply = std::move(*bytes);
  }
}

void read_bytes(config::Section& s, TestCase& test) {
  const auto given =
      std::count_if(byte_forms.begin(), byte_forms.end(), [&](std::string_view form) { return s.has(form); });
  if (s.has("exchange")) {
    if (given > 0 || s.has("expect")) s.error("exchange", "stands in the place of hex, text, base64 and expect");
    return;
  }
  if (given != 1)
    s.error("", given == 0 ? "says not what the device sends: give one of hex, text, base64, or an exchange"
                           : "give only one of hex, text, base64");
  for (const std::string_view form : byte_forms) {
    if (s.has(form)) test.chunks = read_chunks(s, form);
  }
  if (!test.expect && !test.errors && !test.replies && !s.has("expect"))
    s.error("", "says not what must come of it: 'expect', with [] for no message");
}

TestCase read_test(config::Section& s) {
  TestCase test;
  test.mark = s.mark();
  test.name = s.text("name", config::required, "What it shows.");
  test.adapter = s.text("adapter", config::Default<std::string>("", "none"), "Whose protocol reads the bytes.");
  claim_all(s);
  if (s.node("replies") != nullptr || s.describing()) {
    test.replies = s.texts("replies", config::Default<std::vector<std::string>>(std::vector<std::string>(), "any"),
                           "What is sent to the device, in hex, in its order.");
  }
  if (s.node("errors") != nullptr || s.describing()) {
    test.errors = s.texts("errors", config::Default<std::vector<std::string>>(std::vector<std::string>(), "any"),
                          "The reasons why bytes became no message, as they are counted, in their order.");
  }
  test.topic = s.text("topic", "", "The topic that the bytes came on, for an mqtt adapter.");
  test.common_name = s.text("cn", "", "The name in the device's certificate, {{ tls.cn }}.");
  const auto at =
      s.optional_text("at", "When the bytes arrive, RFC 3339; left out: now, and any device's time is believed.");
  if (s.describing()) return test;
  if (at) test.at = parse_time(*at, TimeFormat::rfc3339);
  if (at && !test.at) s.error("at", "expected a time like 2026-01-31T08:15:30Z");
  if (test.replies) read_replies(s, *test.replies);
  test.expect = read_expect(s);
  read_target(s, test);
  read_bytes(s, test);
  read_exchange(s, test);
  return test;
}

}  // namespace

std::vector<TestCase> read_tests(config::Section& root) {
  std::vector<TestCase> tests;
  root.sections("tests", "Bytes and what must become of them; run by `fieldgate test`.",
                [&](config::Section& s) { tests.push_back(read_test(s)); });
  return tests;
}

}  // namespace fieldgate::gateway
