// Layout: a program, and the text it was read from.
#include "codec/layout.hpp"

#include "codec/layout_encoder.hpp"
#include "codec/layout_reader.hpp"

namespace fieldgate::codec {

namespace {

/// The YAML in one form, for comparison.
void append_source(std::string& out, const config::Node& node) {
  switch (node.kind) {
    case config::Node::Kind::map:
      out += '{';
      for (const auto& entry : node.entries) {
        out += entry.key + '\x1f';
        append_source(out, entry.value);
      }
      out += '}';
      break;
    case config::Node::Kind::list:
      out += '[';
      for (const config::Node& item : node.items) append_source(out, item);
      out += ']';
      break;
    default:
      out += node.text + '\x1e';
  }
}

void append_sources(config::Section& section, Program& program) {
  for (const char* option : {"fields", "endian", "bit_order", "timezone", "transform", "split", "trailing"}) {
    program.source += option;
    if (const config::Node* const node = section.node(option)) append_source(program.source, *node);
  }
}

}  // namespace

Layout::Layout() : program_(std::make_shared<Program>()) {}

Layout Layout::read(config::Section& section) {
  Layout layout;
  auto program = std::make_shared<Program>();
  LayoutReader(*program).read(section);
  append_sources(section, *program);
  layout.program_ = std::move(program);
  return layout;
}

Layout Layout::read_codec(config::Section& section) {
  Layout layout;
  auto program = std::make_shared<Program>();
  LayoutReader reader(*program);
  enum class Trailing { ignore, error, rest };
  const auto trailing = section.choice<Trailing>(
      "trailing", Trailing::ignore,
      "What bytes behind the last field are: nothing, the sign of another frame, or a member `rest`, in hex.",
      {{"ignore", Trailing::ignore}, {"error", Trailing::error}, {"rest", Trailing::rest}});
  reader.read(section, trailing == Trailing::rest);
  const config::Node* const fields = section.node("fields");
  const bool none = !section.has("fields") || (fields->is_list() && fields->items.empty());
  if (!section.describing() && none)
    section.error("", "a binary codec needs its fields: fields: [ { name: voltage, type: uint16 } ]");
  if (const auto name = section.optional_text("split", "The repeat each item of which is a message of its own."))
    reader.split(section, *name);
  program->trailing_error = trailing == Trailing::error;
  append_sources(section, *program);
  layout.program_ = std::move(program);
  return layout;
}

void Layout::bind(const expression::Environment& environment, expression::Paths& paths) {
  auto bound = std::make_shared<Program>(*program_);
  for (Detail& detail : bound->details)
    if (!detail.filled.empty()) detail.filled.bind(environment, paths);
  program_ = std::move(bound);
}

bool Layout::empty() const { return program_->operations.empty(); }

const Program& Layout::program() const { return *program_; }

bool Layout::operator==(const Layout& other) const { return program_->source == other.program_->source; }

Result<void> Layout::encode(std::string_view json, const Message* message, std::string& out) const {
  return LayoutEncoder(*program_, message).encode(json, out);
}

std::vector<Layout::Argument> Layout::arguments() const {
  std::vector<Argument> arguments;
  for (const Operation& operation : program_->operations) {
    const Detail& detail = program_->detail(operation);
    const bool leaf = operation.kind < Kind::group && operation.kind != Kind::computed;
    const bool asked =
        operation.shown && leaf && detail.path.size() == 1 && detail.filled.empty() && detail.written == no_index;
    if (asked) arguments.push_back({detail.name, detail.type, detail.quantity.range()});
  }
  return arguments;
}

}  // namespace fieldgate::codec
