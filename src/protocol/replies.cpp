// Replies: reading their options and rendering what they send.
#include "protocol/replies.hpp"

#include <algorithm>
#include <array>

#include "config/node.hpp"
#include "config/values.hpp"
#include "message/json.hpp"

namespace fieldgate::protocol {

namespace {

constexpr std::array<std::string_view, 3> forms = {"hex", "text", "json"};

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

void ReplyContent::add_literal(std::string_view bytes) {
  if (pieces_.empty() || !pieces_.back().filled.empty()) pieces_.emplace_back();
  pieces_.back().literal += bytes;
}

Result<void> ReplyContent::add_template(std::string_view text, As as) {
  auto parsed = expression::Template::parse(text, expression::Place::plain);
  if (!parsed) return parsed.error();
  add_literal({});
  pieces_.back().filled = std::move(*parsed);
  pieces_.back().as = as;
  return {};
}

/// Text with or without names in it.
Result<void> ReplyContent::add_text(std::string_view text, As as) {
  if (text.find("{{") != std::string_view::npos) return add_template(text, as);
  if (as == As::bytes) {
    add_literal(text);
  } else {
    std::string quoted;
    json::append_string(quoted, text);
    add_literal(quoted);
  }
  return {};
}

Result<void> ReplyContent::add_hex(std::string_view text) {
  do {
    const std::size_t open = text.find("{{");
    const std::string_view digits = text.substr(0, open);
    const bool blank = digits.find_first_not_of(' ') == std::string_view::npos;
    if (!blank || (open == std::string_view::npos && pieces_.empty())) {
      const auto literal = config::parse_hex(digits);
      if (!literal) return literal.error();
      add_literal(*literal);
    }
    if (open == std::string_view::npos) break;
    text.remove_prefix(open);
    // The first end that makes it a template: one inside a quoted default does not.
    Result<void> added = Error{"template", "{{ is not closed by }}"};
    std::size_t end = 0;
    while (!added && (end = text.find("}}", end)) != std::string_view::npos) {
      end += 2;
      added = add_template(text.substr(0, end), As::bytes);
    }
    if (!added) return added;
    text.remove_prefix(end);
  } while (!text.empty());
  return {};
}

void ReplyContent::add_json(config::Section& section, const config::Node& node) {
  using Kind = config::Node::Kind;
  const auto add = [&](std::string_view text, const config::Mark& mark, As as) {
    if (const auto added = add_text(text, as); !added) section.error(mark, "json", added.error().text);
  };
  const char* separator = "";
  switch (node.kind) {
    case Kind::empty:
      return add_literal("null");
    case Kind::scalar:
      return is_json_word(node) ? add_literal(node.text) : add(node.text, node.mark, As::json);
    case Kind::list:
      add_literal("[");
      for (const config::Node& item : node.items) {
        add_literal(std::exchange(separator, ","));
        add_json(section, item);
      }
      return add_literal("]");
    case Kind::map:
      add_literal("{");
      for (const config::Node::Entry& entry : node.entries) {
        add_literal(std::exchange(separator, ","));
        add(entry.key, entry.mark, As::json_string);
        add_literal(":");
        add_json(section, entry.value);
      }
      return add_literal("}");
  }
}

ReplyContent ReplyContent::read(config::Section& s) {
  ReplyContent content;
  const auto hex = s.optional_text("hex", "The bytes in hex; a {{ name }} in it stands for the field's bytes.");
  const auto text = s.optional_text("text", "The bytes as text; templates fill it.");
  s.claim({.name = "json",
           .type = "any YAML",
           .meaning = "A JSON document; its texts may be templates, and one that is a single name keeps its kind."});
  if (s.describing()) return content;
  const auto given = std::count_if(forms.begin(), forms.end(), [&s](std::string_view form) { return s.has(form); });
  if (given != 1) {
    s.error("", given == 0 ? "says nothing to send: give one of hex, text, json" : "give only one of hex, text, json");
    return content;
  }
  if (const config::Node* const node = s.node("json")) {
    content.add_json(s, *node);
    if (node->is_scalar() && (node->text.starts_with("{\"") || node->text.starts_with("[")))
      s.warning("json", "is sent as one JSON string; for a document, leave out the quotes round it");
    return content;
  }
  const auto added = s.has("hex") ? content.add_hex(hex.value_or("")) : content.add_text(text.value_or(""), As::bytes);
  if (!added) s.error(s.has("hex") ? "hex" : "text", added.error().text);
  return content;
}

void ReplyContent::bind(const expression::Environment& environment, expression::Paths& paths) {
  for (Piece& piece : pieces_) piece.filled.bind(environment, paths);
}

bool ReplyContent::varies() const {
  return std::any_of(pieces_.begin(), pieces_.end(), [](const Piece& piece) { return !piece.filled.empty(); });
}

bool ReplyContent::uses(expression::Name name) const {
  return std::any_of(pieces_.begin(), pieces_.end(), [name](const Piece& piece) { return piece.filled.uses(name); });
}

Result<void> ReplyContent::append(const Message& message, std::string& out, std::string& scratch) const {
  for (const Piece& piece : pieces_) {
    out.append(piece.literal);
    if (piece.filled.empty()) continue;
    if (piece.as == As::bytes) {
      if (auto filled = piece.filled.fill(message, out); !filled) return filled;
    } else if (piece.as == As::json) {
      if (auto filled = piece.filled.append_json(message, out, scratch); !filled) return filled;
    } else {
      const auto text = piece.filled.view(message, scratch);
      if (!text) return text.error();
      json::append_string(out, *text);
    }
  }
  return {};
}

Reply Reply::read(config::Section& s) {
  Reply reply;
  if (const auto text = s.optional_text("when", "Which frames it answers, an expression; left out: every frame.")) {
    auto parsed = expression::Condition::parse(*text);
    if (parsed) {
      reply.when = std::move(*parsed);
    } else {
      s.error("when", parsed.error().text);
    }
  }
  reply.after = s.choice<After>(
      "after", After::stored, "What must have become of the frame's messages before the answer goes out.",
      {{"received", After::received}, {"stored", After::stored}, {"delivered", After::delivered}});
  reply.content = ReplyContent::read(s);
  reply.frame = s.flag("frame", true, "Whether the framing is put round it on its way out.");
  return reply;
}

const Reply* first_fitting(const std::vector<Reply>& replies, const Message& message) {
  const auto found =
      std::find_if(replies.begin(), replies.end(), [&message](const Reply& reply) { return reply.fits(message); });
  return found == replies.end() ? nullptr : &*found;
}

}  // namespace fieldgate::protocol
