// What is promised of templates and conditions.
#include <algorithm>
#include <string>

#include "codec/json_checker.hpp"
#include "expression/condition.hpp"
#include "expression/template.hpp"
#include "fuzz/targets.hpp"

namespace fieldgate::fuzz {

namespace {

/// The first line is the template, the rest what a device sent.
void template_text(std::string_view bytes) {
  using expression::Place;
  const auto place = static_cast<Place>(choice(bytes) % 5);
  const std::size_t end = std::min(bytes.find('\n'), bytes.size());
  auto made = expression::Template::parse(bytes.substr(0, end), place);
  if (!made) return;
  expression::Paths paths;
  made->bind({"gateway", "1"}, paths);
  Message message;
  Origin origin;
  const std::string_view sent = bytes.substr(std::min(end + 1, bytes.size()));
  message.origin = &origin;
  message.device = origin.topic = origin.tls_common_name = sent;
  codec::JsonChecker checker(paths);
  if (checker.check(sent, message.document)) message.document = {};
  std::string out;
  const bool filled = static_cast<bool>(made->fill(message, out));
  require(filled || out.empty(), "a template that failed but wrote");
  std::string scratch;
  const auto seen = made->view(message, scratch);
  require(static_cast<bool>(seen) == filled && (!filled || *seen == out), "a view that is not what is filled");
}

void condition(std::string_view bytes) {
  const std::size_t end = std::min(bytes.find('\n'), bytes.size());
  auto made = expression::Condition::parse(bytes.substr(0, end));
  if (!made) return;
  expression::Paths paths;
  made->bind({"gateway", "1"}, paths);
  Message message;
  const Origin origin;
  message.origin = &origin;
  codec::JsonChecker checker(paths);
  if (checker.check(bytes.substr(std::min(end + 1, bytes.size())), message.document)) message.document = {};
  require(made->test(message) == made->test(message), "a condition that changes its mind");
}

}  // namespace

std::span<const Target> expression_targets() {
  static constexpr Target targets[] = {
      {"template", template_text},
      {"condition", condition},
  };
  return targets;
}

}  // namespace fieldgate::fuzz
