// FieldExpression: what its steps do.
#include "codec/field_expression.hpp"

#include <algorithm>
#include <cmath>

namespace fieldgate::codec {

namespace {

using Op = FieldExpression::Op;

constexpr double beyond_int64 = 9.2233720368547758e18;

std::optional<std::int64_t> whole(const Cell& cell) {
  if (cell.kind == Cell::Kind::integer) return cell.integer;
  if (cell.kind != Cell::Kind::real || !(std::fabs(cell.real) < beyond_int64)) return std::nullopt;
  return static_cast<std::int64_t>(cell.real);
}

/// -1, 0, 1; nothing where the two are of different kinds. A number with a word is compared as what the other is.
std::optional<int> order(const Cell& a, const Cell& b) {
  const auto sign = [](auto x, auto y) { return x < y ? -1 : x > y ? 1 : 0; };
  if (a.kind == Cell::Kind::integer && b.kind == Cell::Kind::integer) return sign(a.integer, b.integer);
  if (a.is_number() && b.is_number()) {
    if (std::isnan(a.number()) || std::isnan(b.number())) return std::nullopt;
    return sign(a.number(), b.number());
  }
  const auto has_text = [](const Cell& cell) { return cell.kind == Cell::Kind::text || cell.text.data() != nullptr; };
  if (has_text(a) && has_text(b)) return sign(a.text.compare(b.text), 0);
  return std::nullopt;
}

Cell compared(Op op, const Cell& a, const Cell& b) {
  const auto result = order(a, b);
  if (!result) return Cell::of(std::int64_t{0});
  switch (op) {
    case Op::equal:
      return Cell::of(std::int64_t{*result == 0});
    case Op::unequal:
      return Cell::of(std::int64_t{*result != 0});
    case Op::less:
      return Cell::of(std::int64_t{*result < 0});
    case Op::at_most:
      return Cell::of(std::int64_t{*result <= 0});
    case Op::greater:
      return Cell::of(std::int64_t{*result > 0});
    default:
      return Cell::of(std::int64_t{*result >= 0});
  }
}

Cell bits(Op op, const Cell& a, const Cell& b) {
  const auto left = whole(a);
  const auto right = whole(b);
  if (!left || !right) return {};
  const auto x = static_cast<std::uint64_t>(*left);
  const auto y = static_cast<std::uint64_t>(*right);
  switch (op) {
    case Op::bit_or:
      return Cell::of(static_cast<std::int64_t>(x | y));
    case Op::bit_xor:
      return Cell::of(static_cast<std::int64_t>(x ^ y));
    case Op::bit_and:
      return Cell::of(static_cast<std::int64_t>(x & y));
    case Op::left:
      return Cell::of(y < 64 ? static_cast<std::int64_t>(x << y) : std::int64_t{0});
    default:
      return Cell::of(y < 64 ? *left >> y : std::int64_t{*left < 0 ? -1 : 0});
  }
}

Cell whole_sum(Op op, std::int64_t a, std::int64_t b) {
  std::int64_t result = 0;
  switch (op) {
    case Op::plus:
      static_cast<void>(__builtin_add_overflow(a, b, &result));
      return Cell::of(result);
    case Op::minus:
      static_cast<void>(__builtin_sub_overflow(a, b, &result));
      return Cell::of(result);
    case Op::times:
      static_cast<void>(__builtin_mul_overflow(a, b, &result));
      return Cell::of(result);
    case Op::modulo:  // as in Python: the sign of the divisor
      if (b == 0) return {};
      if (b == -1) return Cell::of(std::int64_t{0});
      result = a % b;
      return Cell::of(result != 0 && (result < 0) != (b < 0) ? result + b : result);
    default:
      if (b == 0) return {};
      if (b == -1) return whole_sum(Op::minus, 0, a);
      return a % b == 0 ? Cell::of(a / b) : Cell::of(static_cast<double>(a) / static_cast<double>(b));
  }
}

Cell sum(Op op, const Cell& a, const Cell& b) {
  if (!a.is_number() || !b.is_number()) return {};
  if (a.kind == Cell::Kind::integer && b.kind == Cell::Kind::integer) return whole_sum(op, a.integer, b.integer);
  const double x = a.number();
  const double y = b.number();
  switch (op) {
    case Op::plus:
      return Cell::of(x + y);
    case Op::minus:
      return Cell::of(x - y);
    case Op::times:
      return Cell::of(x * y);
    case Op::modulo:
      return y == 0 ? Cell{} : Cell::of(x - y * std::floor(x / y));
    default:
      return y == 0 ? Cell{} : Cell::of(x / y);
  }
}

Cell binary(Op op, const Cell& a, const Cell& b) {
  if (op == Op::both) return Cell::of(std::int64_t{a.truth() && b.truth()});
  if (op == Op::either) return Cell::of(std::int64_t{a.truth() || b.truth()});
  if (op >= Op::equal && op <= Op::at_least) return compared(op, a, b);
  return op >= Op::bit_or && op <= Op::right ? bits(op, a, b) : sum(op, a, b);
}

Cell unary(Op op, const Cell& a) {
  if (op == Op::negate) return Cell::of(std::int64_t{!a.truth()});
  if (op == Op::opposite) return sum(Op::minus, Cell::of(std::int64_t{0}), a);
  const auto number = whole(a);
  return number ? Cell::of(~*number) : Cell{};
}

}  // namespace

bool Cell::truth() const {
  switch (kind) {
    case Kind::integer:
      return integer != 0;
    case Kind::real:
      return real != 0;
    case Kind::text:
      return !text.empty();
    default:
      return false;
  }
}

Cell FieldExpression::evaluate(const Cell* cells) const {
  if (steps_.size() == 1 && steps_[0].op == Op::load) return cells[steps_[0].index];
  return highest_ <= 4 ? run<4>(cells) : run<max_depth * 2>(cells);
}

template <std::size_t Room>
Cell FieldExpression::run(const Cell* cells) const {
  Cell stack[Room];
  std::size_t top = 0;
  for (const Step& step : steps_) {
    switch (step.op) {
      case Op::push:
        stack[top] = literals_[step.index];
        if (stack[top].kind == Cell::Kind::text) stack[top].text = texts_[step.index];
        ++top;
        break;
      case Op::load:
        stack[top++] = cells[step.index];
        break;
      case Op::negate:
      case Op::opposite:
      case Op::complement:
        stack[top - 1] = unary(step.op, stack[top - 1]);
        break;
      case Op::in: {
        top -= step.index;
        bool found = false;
        for (std::size_t i = 0; i < step.index; ++i) found = found || order(stack[top - 1], stack[top + i]) == 0;
        stack[top - 1] = Cell::of(std::int64_t{found});
        break;
      }
      default:
        --top;
        stack[top - 1] = binary(step.op, stack[top - 1], stack[top]);
    }
  }
  return stack[0];
}

std::optional<std::int64_t> FieldExpression::integer(const Cell* cells) const { return whole(evaluate(cells)); }

std::optional<std::uint32_t> FieldExpression::cell() const {
  if (steps_.size() != 1 || steps_[0].op != Op::load) return std::nullopt;
  return steps_[0].index;
}

bool FieldExpression::is_constant() const {
  return std::none_of(steps_.begin(), steps_.end(), [](const Step& step) { return step.op == Op::load; });
}

bool FieldExpression::is_truth() const {
  if (source_ == "true" || source_ == "false") return true;
  return !steps_.empty() && steps_.back().op >= Op::both && steps_.back().op <= Op::in;
}

std::optional<std::uint32_t> FieldExpression::only_cell() const {
  std::optional<std::uint32_t> cell;
  for (const Step& step : steps_) {
    if (step.op != Op::load) continue;
    if (cell && *cell != step.index) return std::nullopt;
    cell = step.index;
  }
  return cell;
}

}  // namespace fieldgate::codec
