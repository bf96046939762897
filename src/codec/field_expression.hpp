// Sums and comparisons over the fields of a frame: `_status >> 10 & 1`, `kind == 'reading' and count > 0`.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "message/result.hpp"

namespace fieldgate::codec {

/// What a field holds while its frame is read. A number may have a word beside it, of its `enum`.
struct Cell {
  enum class Kind : std::uint8_t { none, integer, real, text };
  Kind kind = Kind::none;
  std::int64_t integer = 0;
  double real = 0;
  std::string_view text;

  static Cell of(std::int64_t value) { return {Kind::integer, value, 0, {}}; }
  static Cell of(double value) { return {Kind::real, 0, value, {}}; }
  static Cell of(std::string_view value) { return {Kind::text, 0, 0, value}; }
  bool is_number() const { return kind == Kind::integer || kind == Kind::real; }
  double number() const { return kind == Kind::real ? real : static_cast<double>(integer); }
  /// Not nothing, not 0, not "".
  bool truth() const;
};

/// Compiled: a list of steps over a stack. Integers stay integers (64 bits, wrapping); a quotient is a real number
/// unless it is whole. What is unknown, or of another kind, makes a comparison false and a sum nothing.
class FieldExpression {
 public:
  /// The number of a name's cell; the error is told as it is.
  using Resolve = std::function<Result<std::uint32_t>(std::string_view name)>;

  /// Reads: or and not; == != < <= > >= in [..]; | ^ & (bits); << >>; + -; * / %; - ~; ( ), numbers, 'text', names.
  static Result<FieldExpression> parse(std::string_view text, const Resolve& resolve);

  Cell evaluate(const Cell* cells) const;
  /// As a whole number; nothing for what is none.
  std::optional<std::int64_t> integer(const Cell* cells) const;

  /// The only cell it looks at, if there is just one.
  std::optional<std::uint32_t> only_cell() const;
  /// The cell that it is, if it does nothing but that.
  std::optional<std::uint32_t> cell() const;
  /// Whether it looks at no cell.
  bool is_constant() const;
  /// Whether it is a comparison, or made of them: true or false.
  bool is_truth() const;
  const std::string& source() const { return source_; }

  enum class Op : std::uint8_t {
    push,
    load,
    both,
    either,
    negate,
    equal,
    unequal,
    less,
    at_most,
    greater,
    at_least,
    in,
    bit_or,
    bit_xor,
    bit_and,
    left,
    right,
    plus,
    minus,
    times,
    over,
    modulo,
    opposite,
    complement
  };
  struct Step {
    Op op = Op::push;
    std::uint32_t index = 0;  ///< of a literal or a cell; of `in`: how many stand on the stack
  };
  static constexpr std::size_t max_depth = 32;
  static constexpr std::size_t max_text = 1024;

 private:
  friend class FieldExpressionParser;
  template <std::size_t Room>
  Cell run(const Cell* cells) const;

  std::string source_;
  std::size_t highest_ = 0;  // that the stack becomes
  std::vector<Step> steps_;
  std::vector<Cell> literals_;      // without their texts
  std::vector<std::string> texts_;  // by literal
};

}  // namespace fieldgate::codec
