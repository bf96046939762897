// What a condition is compiled to: a flat list of operations over a flat list of operands.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "expression/reference.hpp"
#include "message/message.hpp"
#include "message/result.hpp"
#include "script/pattern.hpp"

namespace fieldgate::expression {

/// What an operand is when it is looked at.
struct Seen {
  enum class Kind : std::uint8_t { nothing, text, number, boolean };
  Kind kind = Kind::nothing;
  bool truth = false;
  double number = 0;
  std::string_view text;
};

/// A name, or a literal.
struct Operand {
  std::optional<Reference> reference;
  Seen::Kind kind = Seen::Kind::nothing;  // of a literal
  bool truth = false;
  double number = 0;
  std::string text;
};

enum class Op : std::uint8_t {
  both,
  either,
  negate,
  truth,
  exists,
  equal,
  unequal,
  less,
  at_most,
  greater,
  at_least,
  in,
  matches
};

/// One operation. Of `both`, `either` and `negate`, left and right are operations; else operands. Of `in`, right is the
/// first of `count` operands; of `matches` it is a pattern.
struct Operation {
  Op op = Op::truth;
  std::uint32_t left = 0;
  std::uint32_t right = 0;
  std::uint32_t count = 0;
};

/// How much work one condition may be.
inline constexpr std::size_t max_condition_text = 4096;
inline constexpr std::size_t max_condition_depth = 32;
inline constexpr std::size_t max_condition_nodes = 256;

struct Program {
  std::vector<Operation> operations;
  std::vector<Operand> operands;
  std::vector<script::Pattern> patterns;
  std::uint32_t root = 0;

  /// Reads the text of a condition; the error names the place in it and what was expected.
  static Result<Program> compile(std::string_view text);

  bool test(const Message& message) { return run(root, message); }

 private:
  bool run(std::uint32_t index, const Message& message);
  Seen look(const Operand& operand, const Message& message, std::size_t side);
  bool compare(const Operation& operation, const Message& message);
  bool is_in(const Operation& operation, const Message& message);

  std::array<std::string, 2> scratch_;  // for texts that have to be written first, left and right
};

}  // namespace fieldgate::expression
