// Whether a message is what a test expects: what is named must match, more may be there.
#include "cli/matching.hpp"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "config/values.hpp"
#include "message/time.hpp"

namespace fieldgate::cli {
namespace {

using Json = nlohmann::ordered_json;
using config::Node;

constexpr double tolerance = 1e-9;

std::string dumped(const Json& json) { return json.dump(-1, ' ', false, Json::error_handler_t::replace); }

/// A number, also in hex; discarded for what is none.
Json number_of(const std::string& text) {
  if (text.starts_with("0x") || text.starts_with("-0x")) {
    const auto value = config::parse_integer(text);
    return value ? Json(*value) : Json(Json::value_t::discarded);
  }
  Json json = Json::parse(text, nullptr, false);
  return json.is_number() ? json : Json(Json::value_t::discarded);
}

bool same_number(const Json& a, const Json& b) {
  if (a.is_number_integer() && b.is_number_integer()) return a == b;
  const double x = a.get<double>();
  const double y = b.get<double>();
  return x == y || std::abs(x - y) <= tolerance * std::max(std::abs(x), std::abs(y));
}

bool same_text(const std::string& a, const std::string& b) {
  if (a == b) return true;
  const auto x = parse_time(a, TimeFormat::rfc3339);
  const auto y = x ? parse_time(b, TimeFormat::rfc3339) : std::nullopt;
  return y && *x == *y;
}

bool matches(const Node& expected, const Json& got) {
  if (got.is_string()) return same_text(expected.text, got.get<std::string>());
  if (expected.quoted) return false;
  if (got.is_number()) {
    const Json number = number_of(expected.text);
    return !number.is_discarded() && same_number(number, got);
  }
  if (got.is_boolean()) return expected.text == (got.get<bool>() ? "true" : "false");
  return got.is_null() && expected.text == "null";
}

void compare_list(const Node& expected, const Json& got, const std::string& path, std::vector<Difference>& out) {
  if (!got.is_array() || got.size() != expected.items.size()) {
    out.push_back({path, dumped(to_json(expected)), dumped(got)});
    return;
  }
  for (std::size_t i = 0; i < expected.items.size(); ++i)
    compare(expected.items[i], got[i], path + '[' + std::to_string(i) + ']', out);
}

void compare_map(const Node& expected, const Json& got, const std::string& path, std::vector<Difference>& out) {
  if (!got.is_object()) {
    out.push_back({path, dumped(to_json(expected)), dumped(got)});
    return;
  }
  for (const Node::Entry& entry : expected.entries) {
    const std::string below = path.empty() ? entry.key : path + '.' + entry.key;
    const auto found = got.find(entry.key);
    if (found == got.end()) {
      out.push_back({below, dumped(to_json(entry.value)), "nothing"});
    } else {
      compare(entry.value, *found, below, out);
    }
  }
}

}  // namespace

Json to_json(const Node& node) {
  Json json;
  switch (node.kind) {
    case Node::Kind::empty:
      break;
    case Node::Kind::scalar:
      if (!node.quoted) json = number_of(node.text);
      if (!node.quoted && (node.text == "true" || node.text == "false")) json = node.text == "true";
      if (node.quoted || json.is_discarded()) json = node.text;
      if (!node.quoted && node.text == "null") json = nullptr;
      break;
    case Node::Kind::list:
      json = Json::array();
      for (const Node& item : node.items) json.push_back(to_json(item));
      break;
    case Node::Kind::map:
      json = Json::object();
      for (const Node::Entry& entry : node.entries) json[entry.key] = to_json(entry.value);
      break;
  }
  return json;
}

void compare(const Node& expected, const Json& got, const std::string& path, std::vector<Difference>& out) {
  switch (expected.kind) {
    case Node::Kind::empty:
      if (!got.is_null()) out.push_back({path, "null", dumped(got)});
      break;
    case Node::Kind::scalar:
      if (!matches(expected, got)) out.push_back({path, dumped(to_json(expected)), dumped(got)});
      break;
    case Node::Kind::list:
      return compare_list(expected, got, path, out);
    case Node::Kind::map:
      return compare_map(expected, got, path, out);
  }
}

}  // namespace fieldgate::cli
