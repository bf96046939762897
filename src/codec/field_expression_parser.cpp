// FieldExpression: reading its text, by precedence.
#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "codec/field_expression.hpp"
#include "config/values.hpp"

namespace fieldgate::codec {

namespace {

using Op = FieldExpression::Op;

struct Operator {
  std::string_view word;
  Op op;
  int level;  ///< how strongly it binds
};

constexpr int not_level = 3;
constexpr int compare_level = 4;
constexpr int unary_level = 11;

/// Longer ones first, where one begins like another.
constexpr Operator operators[] = {
    {"or", Op::either, 1},   {"and", Op::both, 2},  {"in", Op::in, 4},     {"==", Op::equal, 4},
    {"!=", Op::unequal, 4},  {"<<", Op::left, 8},   {">>", Op::right, 8},  {"<=", Op::at_most, 4},
    {">=", Op::at_least, 4}, {"<", Op::less, 4},    {">", Op::greater, 4}, {"|", Op::bit_or, 5},
    {"^", Op::bit_xor, 6},   {"&", Op::bit_and, 7}, {"+", Op::plus, 9},    {"-", Op::minus, 9},
    {"*", Op::times, 10},    {"/", Op::over, 10},   {"%", Op::modulo, 10},
};

bool is_name(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '.';
}

}  // namespace

class FieldExpressionParser {
 public:
  FieldExpressionParser(std::string_view text, const FieldExpression::Resolve& resolve)
      : text_(text), resolve_(resolve) {}

  Result<FieldExpression> parse() {
    if (text_.size() > FieldExpression::max_text) return Error{"config", "is longer than 1024 characters"};
    result_.source_ = text_;
    if (!expression(0)) return error_;
    skip();
    if (at_ != text_.size()) return Error{"config", "expected an operator at " + rest()};
    result_.highest_ = highest_stack();
    if (result_.highest_ > FieldExpression::max_depth * 2) return Error{"config", "is nested too deeply"};
    return std::move(result_);
  }

 private:
  std::string rest() const {
    return at_ < text_.size() ? config::in_quotes(text_.substr(at_)) : std::string("the end");
  }

  std::size_t highest_stack() const {
    std::size_t height = 0;
    std::size_t highest = 0;
    for (const FieldExpression::Step& step : result_.steps_) {
      if (step.op == Op::push || step.op == Op::load) {
        highest = std::max(highest, ++height);
      } else if (step.op == Op::in) {
        height -= step.index;
      } else if (step.op != Op::negate && step.op != Op::opposite && step.op != Op::complement) {
        --height;
      }
    }
    return highest;
  }

  bool fail(std::string text) {
    error_ = {"config", std::move(text)};
    return false;
  }

  void skip() {
    while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\n' || text_[at_] == '\t')) ++at_;
  }

  bool take(std::string_view word) {
    skip();
    if (!text_.substr(at_).starts_with(word)) return false;
    const std::size_t behind = at_ + word.size();
    if (is_name(word.back()) && behind < text_.size() && is_name(text_[behind])) return false;
    at_ = behind;
    return true;
  }

  void step(Op op, std::size_t index = 0) { result_.steps_.push_back({op, static_cast<std::uint32_t>(index)}); }

  bool push(Cell literal, std::string text = {}) {
    step(Op::push, result_.literals_.size());
    result_.literals_.push_back(literal);
    result_.texts_.push_back(std::move(text));
    return true;
  }

  const Operator* next_operator(int level) {
    for (const Operator& candidate : operators) {
      if (candidate.level < level) continue;
      const std::size_t before = at_;
      if (take(candidate.word)) return &candidate;
      at_ = before;
    }
    return nullptr;
  }

  bool expression(int level) {
    if (++depth_ > FieldExpression::max_depth) return fail("is nested too deeply");
    if (!operand()) return false;
    while (const Operator* const found = next_operator(level)) {
      if (found->op == Op::in ? !list() : !expression(found->level + 1)) return false;
      if (found->op != Op::in) step(found->op);
    }
    --depth_;
    return true;
  }

  bool list() {
    if (!take("[")) return fail("expected a list like [1, 2] behind 'in', at " + rest());
    std::size_t count = 0;
    while (!take("]")) {
      if (count > 0 && !take(",")) return fail("expected ',' or ']' at " + rest());
      if (++count > FieldExpression::max_depth / 2) return fail("the list has more than 16 items");
      if (!expression(compare_level + 1)) return false;
    }
    step(Op::in, count);
    return true;
  }

  bool prefixed(Op op, int level) {
    if (!expression(level)) return false;
    step(op);
    return true;
  }

  bool operand() {
    if (take("not")) return prefixed(Op::negate, not_level);
    if (take("-")) return prefixed(Op::opposite, unary_level);
    if (take("~")) return prefixed(Op::complement, unary_level);
    if (take("(")) {
      if (!expression(0)) return false;
      return take(")") || fail("expected ')' at " + rest());
    }
    skip();
    if (at_ == text_.size()) return fail("expected a field's name, a number or a text at the end");
    const char first = text_[at_];
    if (first == '\'' || first == '"') return quoted(first);
    return first >= '0' && first <= '9' ? number() : name();
  }

  bool quoted(char quote) {
    const std::size_t end = text_.find(quote, at_ + 1);
    if (end == text_.npos) return fail("a quote is not closed");
    std::string text(text_.substr(at_ + 1, end - at_ - 1));
    at_ = end + 1;
    return push(Cell::of(std::string_view()), std::move(text));
  }

  bool number() {
    const char* const begin = text_.data() + at_;
    const char* const end = text_.data() + text_.size();
    if (text_.substr(at_).starts_with("0x") || text_.substr(at_).starts_with("0b")) {
      std::uint64_t value = 0;
      const auto [stop, bad] = std::from_chars(begin + 2, end, value, begin[1] == 'x' ? 16 : 2);
      if (bad != std::errc()) return fail("expected a number at " + rest());
      at_ = static_cast<std::size_t>(stop - text_.data());
      return push(Cell::of(static_cast<std::int64_t>(value)));
    }
    std::int64_t value = 0;
    auto [stop, bad] = std::from_chars(begin, end, value);
    if (bad == std::errc() && (stop == end || (*stop != '.' && *stop != 'e'))) {
      at_ = static_cast<std::size_t>(stop - text_.data());
      return push(Cell::of(value));
    }
    double real = 0;
    const auto read = std::from_chars(begin, end, real);
    if (read.ec != std::errc()) return fail("expected a number at " + rest());
    at_ = static_cast<std::size_t>(read.ptr - text_.data());
    return push(Cell::of(real));
  }

  bool name() {
    std::size_t end = at_;
    while (end < text_.size() && is_name(text_[end])) ++end;
    if (end == at_) return fail("expected a field's name, a number or a text at " + rest());
    const std::string_view word = text_.substr(at_, end - at_);
    at_ = end;
    if (word == "true" || word == "false") return push(Cell::of(std::int64_t{word == "true"}));
    const auto cell = resolve_(word);
    if (!cell) return fail(cell.error().text);
    step(Op::load, *cell);
    return true;
  }

  std::string_view text_;
  const FieldExpression::Resolve& resolve_;
  FieldExpression result_;
  Error error_;
  std::size_t at_ = 0;
  std::size_t depth_ = 0;
};

Result<FieldExpression> FieldExpression::parse(std::string_view text, const Resolve& resolve) {
  return FieldExpressionParser(text, resolve).parse();
}

}  // namespace fieldgate::codec
