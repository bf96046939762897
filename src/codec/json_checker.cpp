// JsonChecker: a loop with a stack of its own, so that no input can exhaust the thread's; strings go sixteen bytes at a time.
#include "codec/json_checker.hpp"

#include <cstring>

#include "message/json.hpp"
#include "message/scan.hpp"
#include "message/utf8.hpp"

namespace fieldgate::codec {

namespace {

using expression::Paths;
using Node = Paths::Node;

/// The state of one pass. Functions take the place they begin at and return the one behind what they read, or null and `failure`.
class Pass {
 public:
  Pass(std::string_view text, const Paths& paths, Value* slots, std::string& scratch)
      : begin_(text.data()), end_(begin_ + text.size()), paths_(paths), slots_(slots), scratch_(scratch) {}

  const char* skip_space(const char* at);
  const char* value(const char* at);

  const char* begin() const { return begin_; }
  const char* end() const { return end_; }

  Failure failure;
  bool line_break = false;
  bool items_are_objects = true;

 private:
  struct Level {
    const char* begin;
    const Node* node;
    std::uint32_t index;
    bool is_array;
  };

  const char* fail(std::string_view text, const char* at, std::string_view reason = "invalid_json") {
    failure = {reason, text, static_cast<std::size_t>(at - begin_)};
    return nullptr;
  }
  std::uint32_t string_stops(const char* at) const;
  const char* string(const char* at, bool& escaped);
  const char* escape(const char* at);
  const char* hex4(const char* at, unsigned& value) const;
  const char* digits(const char* at) const;
  const char* number(const char* at);
  const char* literal(const char* at, std::string_view word);
  const char* scalar(const char* at, const Node* node);
  const char* item(const char* at, const Node*& node);
  const char* key(const char* at, const Node*& node);
  const Node* child(const Node& node, std::string_view key, bool escaped);
  const Node* child(const Node& node, std::uint32_t index) const;
  void forget_below(const Node& node);
  void pick(const Node* node, std::string_view text, Value::Kind kind, bool escaped = false) {
    if (node != nullptr && node->slot != Node::no_slot) slots_[node->slot] = {text, kind, escaped};
  }

  const char* const begin_;
  const char* const end_;
  const Paths& paths_;
  Value* const slots_;
  std::string& scratch_;
  std::size_t depth_ = 0;
  Level levels_[JsonChecker::max_depth];
};

std::string_view between(const char* begin, const char* end) { return {begin, static_cast<std::size_t>(end - begin)}; }

inline const char* Pass::skip_space(const char* at) {
  for (; at != end_ && static_cast<unsigned char>(*at) <= ' '; ++at) {
    if (*at == '\n' || *at == '\r') {
      line_break = true;
    } else if (*at != ' ' && *at != '\t') {
      break;
    }
  }
  return at;
}

/// Of the sixteen bytes at `at`, or what is left of them. Near the end the last sixteen bytes are looked at instead, for
/// nothing may be read behind it.
inline std::uint32_t Pass::string_stops(const char* at) const {
  const auto left = static_cast<std::size_t>(end_ - at);
  if (left >= scan::block) return scan::string_stops(at);
  if (static_cast<std::size_t>(end_ - begin_) >= scan::block) return scan::string_stops(end_ - scan::block) >> (scan::block - left);
  char padded[scan::block] = {};
  std::memcpy(padded, at, left);
  return scan::string_stops(padded) & ((std::uint32_t{1} << left) - 1);
}

/// From behind the opening quote to the closing one, where it stops.
inline const char* Pass::string(const char* at, bool& escaped) {
  for (;;) {
    const std::uint32_t stops = string_stops(at);
    if (stops == 0) {
      if (static_cast<std::size_t>(end_ - at) < scan::block) return fail("a string is not closed", end_);
      at += scan::block;
      continue;
    }
    at += scan::lowest(stops);
    if (*at == '"') return at;
    if (*at == '\\') {
      escaped = true;
      at = escape(at + 1);
      if (at == nullptr) return nullptr;
      continue;
    }
    if (static_cast<unsigned char>(*at) < 0x20) return fail("a control character in a string is not escaped", at);
    do {
      const std::size_t length = utf8::sequence(at, end_);
      if (length == 0) return fail("a string is not UTF-8", at, "invalid_utf8");
      at += length;
    } while (at != end_ && static_cast<unsigned char>(*at) >= 0x80);
  }
}

const char* Pass::hex4(const char* at, unsigned& value) const {
  if (end_ - at < 4) return nullptr;
  value = 0;
  for (int i = 0; i < 4; ++i, ++at) {
    const char c = *at;
    const int digit = c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
    if (digit < 0) return nullptr;
    value = value << 4 | static_cast<unsigned>(digit);
  }
  return at;
}

/// An escape, from behind its backslash.
const char* Pass::escape(const char* at) {
  if (at == end_) return fail("a string is not closed", end_);
  if (std::string_view("\"\\/bfnrt").find(*at) != std::string_view::npos) return at + 1;
  if (*at != 'u') return fail("no such escape in a string", at);
  unsigned code = 0;
  const char* const behind = hex4(at + 1, code);
  if (behind == nullptr) return fail("\\u needs four hexadecimal digits", at);
  if (code < 0xD800 || code > 0xDFFF) return behind;
  if (code > 0xDBFF || end_ - behind < 2 || behind[0] != '\\' || behind[1] != 'u') return fail("half of a surrogate pair", at);
  const char* const pair = hex4(behind + 2, code);
  if (pair == nullptr || code < 0xDC00 || code > 0xDFFF) return fail("half of a surrogate pair", at);
  return pair;
}

inline const char* Pass::digits(const char* at) const {
  while (at != end_ && *at >= '0' && *at <= '9') ++at;
  return at;
}

/// RFC 8259, section 6.
inline const char* Pass::number(const char* at) {
  if (*at == '-') ++at;
  if (at == end_ || *at < '0' || *at > '9') return fail("a value was expected", at);
  at = *at == '0' ? at + 1 : digits(at);
  if (at == end_) return at;
  if (*at >= '0' && *at <= '9') return fail("a number begins with a zero too many", at);
  if (*at == '.') {
    const char* const fraction = digits(at + 1);
    if (fraction == at + 1) return fail("a number ends with its decimal point", at);
    at = fraction;
  }
  if (at == end_ || (*at | 0x20) != 'e') return at;
  ++at;
  if (at != end_ && (*at == '+' || *at == '-')) ++at;
  const char* const exponent = digits(at);
  if (exponent == at) return fail("a number's exponent has no digits", at);
  return exponent;
}

inline const char* Pass::literal(const char* at, std::string_view word) {
  if (static_cast<std::size_t>(end_ - at) < word.size() || std::memcmp(at, word.data(), word.size()) != 0) {
    return fail("a value was expected", at);
  }
  return at + word.size();
}

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
    case 't': behind = literal(at, "true"), kind = Value::Kind::boolean; break;
    case 'f': behind = literal(at, "false"), kind = Value::Kind::boolean; break;
    case 'n': behind = literal(at, "null"), kind = Value::Kind::null; break;
    default: behind = number(at); break;
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
  if (at == end_ || *at != '"') return fail("a member's name in quotes was expected", at);
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
  if (at == end_ || *at != ':') return fail("a colon was expected", at);
  return skip_space(at + 1);
}

/// What stands before the next value of the innermost array or object; `node` becomes the value's.
inline const char* Pass::item(const char* at, const Node*& node) {
  Level& level = levels_[depth_ - 1];
  if (!level.is_array) return key(at, node);
  node = level.node != nullptr ? child(*level.node, level.index) : nullptr;
  ++level.index;
  if (depth_ == 1 && (at == end_ || *at != '{')) items_are_objects = false;
  return at;
}

const char* Pass::value(const char* at) {
  const Node* node = &paths_.root();
  for (;;) {
    if (at == end_) return fail("the document ends too early", at);
    if (*at == '{' || *at == '[') {
      if (depth_ == JsonChecker::max_depth) return fail("more than 64 levels", at, "too_deep");
      const bool is_array = *at == '[';
      levels_[depth_++] = {at, node, 0, is_array};
      at = skip_space(at + 1);
      if (at == end_ || *at != (is_array ? ']' : '}')) {
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
      if (at == end_) return fail("the document ends too early", at);
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

void JsonChecker::prepare() {
  picked_.assign(paths_.size(), Value{});
}

std::optional<Failure> JsonChecker::check(std::string_view text, Document& document) {
  prepare();
  Pass pass(text, paths_, picked_.data(), scratch_);
  const char* const first = pass.skip_space(pass.begin());
  pass.line_break = false;
  const char* const last = pass.value(first);
  if (last == nullptr) return pass.failure;
  document.has_line_break = pass.line_break;
  if (const char* const rest = pass.skip_space(last); rest != pass.end()) {
    return Failure{"invalid_json", "something stands behind the document", static_cast<std::size_t>(rest - pass.begin())};
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
  document.has_line_break = pass.line_break;
  document.json = between(pass.begin(), last);
  document.picked = picked_;
  return document.json.size();
}

}  // namespace fieldgate::codec
