// JsonChecker: a loop with a stack of its own, so that no input can exhaust the thread's; strings go sixteen bytes at a
// time.
#include "codec/json_checker.hpp"

#include "codec/json_tokens.hpp"
#include "message/json.hpp"

namespace fieldgate::codec {

namespace {

using expression::Paths;
using Node = Paths::Node;

/// The state of one pass.
class Pass : public JsonTokens {
 public:
  Pass(std::string_view text, const Paths& paths, Value* slots, std::string& scratch)
      : JsonTokens(text), paths_(paths), slots_(slots), scratch_(scratch) {}

  const char* value(const char* at);

  bool items_are_objects = true;

 private:
  struct Level {
    const char* begin;
    const Node* node;
    std::uint32_t index;
    bool is_array;
  };

  const char* scalar(const char* at, const Node* node);
  const char* item(const char* at, const Node*& node);
  const char* key(const char* at, const Node*& node);
  const Node* child(const Node& node, std::string_view key, bool escaped);
  const Node* child(const Node& node, std::uint32_t index) const;
  void forget_below(const Node& node);
  void pick(const Node* node, std::string_view text, Value::Kind kind, bool escaped = false) {
    if (node != nullptr && node->slot != Node::no_slot) slots_[node->slot] = {text, kind, escaped};
  }

  const Paths& paths_;
  Value* const slots_;
  std::string& scratch_;
  std::size_t depth_ = 0;
  Level levels_[JsonChecker::max_depth];
};

std::string_view between(const char* begin, const char* end) { return {begin, static_cast<std::size_t>(end - begin)}; }

inline const char* Pass::scalar(const char* at, const Node* node) {
  const char* behind = nullptr;
  auto kind = Value::Kind::number;
  switch (*at) {
    case '"': {
      bool escaped = false;
      behind = string(at + 1, escaped);
      if (behind == nullptr) return nullptr;
      pick(node, between(at + 1, behind), Value::Kind::string, escaped);
      return behind + 1;
    }
    case 't':
      behind = literal(at, "true"), kind = Value::Kind::boolean;
      break;
    case 'f':
      behind = literal(at, "false"), kind = Value::Kind::boolean;
      break;
    case 'n':
      behind = literal(at, "null"), kind = Value::Kind::null;
      break;
    default:
      behind = number(at);
      break;
  }
  if (behind != nullptr) pick(node, between(at, behind), kind);
  return behind;
}

const Node* Pass::child(const Node& node, std::string_view key, bool escaped) {
  if (escaped) {
    scratch_.clear();
    json::append_unescaped(scratch_, key);
    key = scratch_;
  }
  for (const Node::Child& c : node.children) {
    if (c.key == key) return &paths_.node(c.node);
  }
  return nullptr;
}

const Node* Pass::child(const Node& node, std::uint32_t index) const {
  for (const Node::Child& c : node.children) {
    if (c.index == index) return &paths_.node(c.node);
  }
  return nullptr;
}

/// Of a member that comes again, nothing of its earlier value counts.
void Pass::forget_below(const Node& node) {
  for (const Node::Child& c : node.children) {
    const Node& below = paths_.node(c.node);
    if (below.slot != Node::no_slot) slots_[below.slot] = {};
    forget_below(below);
  }
}

/// A member's name and colon, up to its value; `node` becomes the value's.
inline const char* Pass::key(const char* at, const Node*& node) {
  if (at == end() || *at != '"') return fail("a member's name in quotes was expected", at);
  bool escaped = false;
  const char* const quote = string(at + 1, escaped);
  if (quote == nullptr) return nullptr;
  const Node* const parent = levels_[depth_ - 1].node;
  node = nullptr;
  if (parent != nullptr && !parent->children.empty()) {
    node = child(*parent, between(at + 1, quote), escaped);
    if (node != nullptr && !node->children.empty()) forget_below(*node);
  }
  at = skip_space(quote + 1);
  if (at == end() || *at != ':') return fail("a colon was expected", at);
  return skip_space(at + 1);
}

/// What stands before the next value of the innermost array or object; `node` becomes the value's.
inline const char* Pass::item(const char* at, const Node*& node) {
  Level& level = levels_[depth_ - 1];
  if (!level.is_array) return key(at, node);
  node = level.node != nullptr ? child(*level.node, level.index) : nullptr;
  ++level.index;
  if (depth_ == 1 && (at == end() || *at != '{')) items_are_objects = false;
  return at;
}

const char* Pass::value(const char* at) {
  const Node* node = &paths_.root();
  for (;;) {
    if (at == end()) return fail("the document ends too early", at);
    if (*at == '{' || *at == '[') {
      if (depth_ == JsonChecker::max_depth) return fail("more than 64 levels", at, "too_deep");
      const bool is_array = *at == '[';
      levels_[depth_++] = {at, node, 0, is_array};
      at = skip_space(at + 1);
      if (at == end() || *at != (is_array ? ']' : '}')) {
        at = item(at, node);
        if (at == nullptr) return nullptr;
        continue;
      }
    } else {
      at = scalar(at, node);
      if (at == nullptr) return nullptr;
    }
    for (;;) {  // a value has ended, and with it perhaps what it was the last of
      if (depth_ == 0) return at;
      const Level& level = levels_[depth_ - 1];
      at = skip_space(at);
      if (at == end()) return fail("the document ends too early", at);
      if (*at == ',') {
        at = item(skip_space(at + 1), node);
        if (at == nullptr) return nullptr;
        break;
      }
      if (*at != (level.is_array ? ']' : '}')) return fail("a comma or the end was expected", at);
      ++at;
      pick(level.node, between(level.begin, at), level.is_array ? Value::Kind::array : Value::Kind::object);
      --depth_;
    }
  }
}

}  // namespace

void JsonChecker::prepare() { picked_.assign(paths_.size(), Value{}); }

std::optional<Failure> JsonChecker::check(std::string_view text, Document& document) {
  prepare();
  Pass pass(text, paths_, picked_.data(), scratch_);
  const char* const first = pass.skip_space(pass.begin());
  pass.line_break = false;
  const char* const last = pass.value(first);
  if (last == nullptr) return pass.failure;
  document.has_line_break = pass.line_break;
  if (const char* const rest = pass.skip_space(last); rest != pass.end()) {
    return Failure{"invalid_json", "something stands behind the document",
                   static_cast<std::size_t>(rest - pass.begin())};
  }
  items_are_objects_ = pass.items_are_objects;
  document.json = between(first, last);
  document.picked = picked_;
  return std::nullopt;
}

std::size_t JsonChecker::pick_front(std::string_view text, Document& document) {
  prepare();
  Pass pass(text, paths_, picked_.data(), scratch_);
  const char* const last = pass.value(pass.begin());
  items_are_objects_ = pass.items_are_objects;
  document.has_line_break = pass.line_break;
  document.json = last == nullptr ? std::string_view() : between(pass.begin(), last);
  document.picked = picked_;
  return document.json.size();
}

}  // namespace fieldgate::codec
