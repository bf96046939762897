// Shape: literal JSON, and the templates between.
#include "expression/shape.hpp"

#include <algorithm>
#include <utility>

#include "config/node.hpp"
#include "message/json.hpp"

namespace fieldgate::expression {

namespace {

/// What stands in the file without quotes and is JSON as it stands: true, false, null, a number.
bool is_json_word(const config::Node& node) {
  if (node.quoted || node.substituted) return false;
  const std::string_view text = node.text;
  if (text == "true" || text == "false" || text == "null") return true;
  const std::string_view digits = text.substr(text.starts_with('-') ? 1 : 0);
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  if (digits.empty() || !is_digit(digits.front())) return false;
  if (digits.size() > 1 && digits[0] == '0' && is_digit(digits[1])) return false;
  const std::size_t dot = digits.find('.');
  const std::string_view whole = digits.substr(0, dot);
  const std::string_view part = dot == std::string_view::npos ? "0" : digits.substr(dot + 1);
  return !part.empty() && std::all_of(whole.begin(), whole.end(), is_digit) &&
         std::all_of(part.begin(), part.end(), is_digit);
}

}  // namespace

void Shape::add_literal(std::string_view json) {
  if (pieces_.empty() || !pieces_.back().filled.empty()) pieces_.emplace_back();
  pieces_.back().literal += json;
}

void Shape::add_text(config::Section& section, std::string_view option, const config::Mark& mark, std::string_view text,
                     bool is_name) {
  if (text.find("{{") == std::string_view::npos) {
    std::string quoted;
    json::append_string(quoted, text);
    return add_literal(quoted);
  }
  auto parsed = Template::parse(text, Place::plain);
  if (!parsed) return section.error(mark, option, parsed.error().text);
  add_literal({});
  pieces_.back().filled = std::move(*parsed);
  pieces_.back().is_name = is_name;
}

void Shape::add(config::Section& section, std::string_view option, const config::Node& node) {
  using Kind = config::Node::Kind;
  const char* separator = "";
  switch (node.kind) {
    case Kind::empty:
      return add_literal("null");
    case Kind::scalar:
      return is_json_word(node) ? add_literal(node.text) : add_text(section, option, node.mark, node.text, false);
    case Kind::list:
      add_literal("[");
      for (const config::Node& item : node.items) {
        add_literal(std::exchange(separator, ","));
        add(section, option, item);
      }
      return add_literal("]");
    case Kind::map:
      add_literal("{");
      for (const config::Node::Entry& entry : node.entries) {
        add_literal(std::exchange(separator, ","));
        add_text(section, option, entry.mark, entry.key, true);
        add_literal(":");
        add(section, option, entry.value);
      }
      return add_literal("}");
  }
}

Shape Shape::read(config::Section& section, std::string_view name, const config::Node& node) {
  Shape shape;
  shape.add(section, name, node);
  return shape;
}

void Shape::bind(const Environment& environment, Paths& paths) {
  for (Piece& piece : pieces_) piece.filled.bind(environment, paths);
}

bool Shape::varies() const {
  return std::any_of(pieces_.begin(), pieces_.end(), [](const Piece& piece) { return piece.filled.varies(); });
}

bool Shape::uses(Name name) const {
  return std::any_of(pieces_.begin(), pieces_.end(), [name](const Piece& piece) { return piece.filled.uses(name); });
}

Result<void> Shape::append_piece(const Piece& piece, const Message& message, std::string& out,
                                 std::string& scratch) const {
  out.append(piece.literal);
  if (piece.filled.empty()) return {};
  if (!piece.is_name) return piece.filled.append_json(message, out, scratch);
  const auto text = piece.filled.view(message, scratch);
  if (!text) return text.error();
  json::append_string(out, *text);
  return {};
}

Result<void> Shape::append(const Message& message, std::string& out, std::string& scratch) const {
  const std::size_t begin = out.size();
  for (const Piece& piece : pieces_) {
    if (auto appended = append_piece(piece, message, out, scratch); !appended) {
      out.resize(begin);
      return appended;
    }
  }
  if (message.document.has_line_break) {
    scratch.assign(out, begin);
    out.resize(begin);
    json::append_compact(out, scratch);
  }
  return {};
}

}  // namespace fieldgate::expression
