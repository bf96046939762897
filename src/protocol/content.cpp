// Content: reading its options and rendering its bytes.
#include "protocol/content.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include <nlohmann/json.hpp>

#include "codec/layout_program.hpp"
#include "config/node.hpp"
#include "config/values.hpp"

namespace fieldgate::protocol {

namespace {

using expression::Name;

constexpr std::array<std::string_view, 4> forms = {"hex", "text", "json", "fields"};

void append_big_endian(std::string& out, std::uint64_t number, std::uint32_t bytes) {
  for (std::uint32_t i = bytes; i > 0; --i) out += static_cast<char>(number >> (8 * (i - 1)));
}

/// An operator's value: a decimal number in as many bytes as it needs (1, 2, 4, 8), or hex. False: it is neither.
bool append_value(std::string& out, std::string_view text) {
  std::uint64_t number = 0;
  const auto [end, bad] = std::from_chars(text.data(), text.data() + text.size(), number);
  const bool decimal = bad == std::errc() && end == text.data() + text.size() && (text.size() == 1 || text[0] != '0');
  if (decimal) {
    append_big_endian(out, number, number < 0x100 ? 1 : number < 0x10000 ? 2 : number < 0x100000000 ? 4 : 8);
    return true;
  }
  const auto hex = config::parse_hex(text.starts_with("0x") ? text.substr(2) : text);
  if (hex) out += *hex;
  return bool(hex);
}

}  // namespace

void Content::add_literal(std::string_view bytes) {
  if (pieces_.empty() || !pieces_.back().filled.empty()) pieces_.emplace_back();
  pieces_.back().literal += bytes;
}

Result<void> Content::add_template(std::string_view text) {
  auto parsed = expression::Template::parse(text, expression::Place::plain);
  if (!parsed) return parsed.error();
  add_literal({});
  pieces_.back().filled = std::move(*parsed);
  return {};
}

Result<void> Content::add_hex(std::string_view text) {
  is_hex_ = true;
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
      added = add_template(text.substr(0, end));
    }
    if (!added) return added;
    text.remove_prefix(end);
  } while (!text.empty());
  return {};
}

Content Content::read(config::Section& s) {
  Content content;
  const auto hex = s.optional_text("hex", "The bytes in hex; a {{ name }} in it stands for the field's bytes.");
  const auto text = s.optional_text("text", "The bytes as text; templates fill it.");
  s.claim({.name = "json",
           .type = "any YAML",
           .meaning = "A JSON document; its texts may be templates, and one that is a single name keeps its kind."});
  if (s.describing() || s.has("fields")) content.layout_ = codec::Layout::read(s);
  if (s.describing()) return content;
  const auto given = std::count_if(forms.begin(), forms.end(), [&s](std::string_view form) { return s.has(form); });
  if (given != 1) {
    s.error("", given == 0 ? "says nothing to send: give one of hex, text, json, fields"
                           : "give only one of hex, text, json, fields");
    return content;
  }
  if (s.has("fields")) return content;
  if (const config::Node* const node = s.node("json")) {
    content.shape_ = expression::Shape::read(s, "json", *node);
    if (node->is_scalar() && (node->text.starts_with("{\"") || node->text.starts_with("[")))
      s.warning("json", "is sent as one JSON string; for a document, leave out the quotes round it");
    return content;
  }
  const auto added = s.has("hex")                            ? content.add_hex(hex.value_or(""))
                     : text->find("{{") == std::string::npos ? (content.add_literal(*text), Result<void>())
                                                             : content.add_template(*text);
  if (!added) s.error(s.has("hex") ? "hex" : "text", added.error().text);
  return content;
}

void Content::bind(const expression::Environment& environment, expression::Paths& paths) {
  for (Piece& piece : pieces_) piece.filled.bind(environment, paths);
  shape_.bind(environment, paths);
  layout_.bind(environment, paths);
}

bool Content::varies() const {
  return !layout_.empty() || shape_.varies() ||
         std::any_of(pieces_.begin(), pieces_.end(), [](const Piece& piece) { return !piece.filled.empty(); });
}

bool Content::uses(Name name) const {
  const auto in_piece = [name](const Piece& piece) { return piece.filled.uses(name); };
  const auto in_field = [name](const codec::Detail& field) { return field.filled.uses(name); };
  const auto& fields = layout_.program().details;
  return shape_.uses(name) || std::any_of(pieces_.begin(), pieces_.end(), in_piece) ||
         std::any_of(fields.begin(), fields.end(), in_field);
}

/// In hex, a name by itself stands for bytes, not for their text.
Result<void> Content::append_piece(const expression::Template& filled, const Message& message,
                                   const codec::Codec* codec, std::string& out) const {
  const expression::Reference* const name = is_hex_ ? filled.single() : nullptr;
  if (name == nullptr) return filled.fill(message, out);
  if (name->name() == Name::data && codec != nullptr) {
    const Bytes own = codec->raw_field(name->slot());
    if (!own.empty()) return out.append(own), Result<void>();
  } else if (name->name() == Name::counter) {
    append_big_endian(out, message.talk == nullptr ? 0 : message.talk->counter, name->width());
    return {};
  } else if (name->name() == Name::each || name->name() == Name::args) {
    if (append_value(out, name->value(message).text)) return {};
  }
  return filled.fill(message, out);
}

Result<void> Content::append(const Message& message, const codec::Codec* codec, std::string& out,
                             std::string& scratch) const {
  if (!layout_.empty())
    return layout_.encode(message.talk == nullptr || message.talk->arguments.empty() ? "{}" : message.talk->arguments,
                          &message, out);
  if (!shape_.empty()) return shape_.append(message, out, scratch);
  for (const Piece& piece : pieces_) {
    out.append(piece.literal);
    if (piece.filled.empty()) continue;
    if (auto filled = append_piece(piece.filled, message, codec, out); !filled) return filled;
  }
  return {};
}

Result<void> Content::check_arguments(std::string_view arguments) const {
  const auto given = nlohmann::json::parse(arguments, nullptr, false);
  if (!given.is_object()) return Error{"arguments", "they are no JSON object, such as {\"state\": 1}"};
  if (layout_.empty()) return {};
  const auto known = layout_.arguments();
  for (const auto& [name, value] : given.items()) {
    const auto same = [&name = name](const codec::Layout::Argument& argument) { return argument.name == name; };
    if (std::any_of(known.begin(), known.end(), same)) continue;
    std::string names;
    for (const auto& argument : known) names += (names.empty() ? "" : ", ") + argument.name;
    return Error{"arguments", "there is no argument '" + name + "'; there are " + (names.empty() ? "none" : names)};
  }
  return {};
}

Outgoing Outgoing::read(config::Section& s) {
  Outgoing out;
  out.content = Content::read(s);
  out.frame = s.flag("frame", true, "Whether the framing is put round it on its way out.");
  out.case_name = s.text("case", config::Default<std::string>("", "that of the frame answered, else the first"),
                         "The case of a `switch` framing that it passes.");
  return out;
}

void Outgoing::settle(config::Section& s, const framing::Factory& framing) {
  if (s.describing() || !framing) {
    if (!case_name.empty()) s.error("case", "needs a framing of type switch");
    return;
  }
  const auto framer = framing.make();
  if (!case_name.empty()) {
    branch = framer->branch(case_name);
    if (!branch) return s.error("case", "the framing has no case that is called '" + case_name + "'");
  }
  if (!frame || content.varies()) return;
  std::string payload;
  std::string scratch;
  std::string framed;
  if (!content.append({}, nullptr, payload, scratch)) return;
  const auto made = branch ? framer->wrap_as(*branch, payload, framed) : framer->wrap(payload, framed);
  if (!made) s.error("", "cannot pass the framing: " + made.error().text + "; `frame: false` sends it as it is");
}

}  // namespace fieldgate::protocol
