// Condition: the face, and the running of what was compiled.
#include "expression/condition.hpp"

#include <charconv>
#include <cmath>

#include "expression/condition_program.hpp"
#include "message/json.hpp"

namespace fieldgate::expression {

namespace {

/// The value of JSON's number text; what a double cannot hold becomes infinite, or nought.
double number_of(std::string_view text) {
  double number = 0;
  const auto [stop, bad] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (bad != std::errc::result_out_of_range) return number;
  const std::size_t exponent = text.find_first_of("eE");
  const bool tiny = exponent != std::string_view::npos ? text.substr(exponent + 1).starts_with('-')
                                                       : text.find_first_of("123456789") > text.find('.');
  if (tiny) return 0;
  return text.front() == '-' ? -HUGE_VAL : HUGE_VAL;
}

template <class T>
bool holds(Op op, const T& left, const T& right) {
  switch (op) {
    case Op::equal:
      return left == right;
    case Op::unequal:
      return left != right;
    case Op::less:
      return left < right;
    case Op::at_most:
      return left <= right;
    case Op::greater:
      return left > right;
    case Op::at_least:
      return left >= right;
    default:
      return false;
  }
}

bool equal(const Seen& left, const Seen& right) {
  if (left.kind != right.kind) return false;
  switch (left.kind) {
    case Seen::Kind::text:
      return left.text == right.text;
    case Seen::Kind::number:
      return holds(Op::equal, left.number, right.number);
    case Seen::Kind::boolean:
      return left.truth == right.truth;
    case Seen::Kind::nothing:
      break;
  }
  return false;
}

}  // namespace

Seen Program::look(const Operand& operand, const Message& message, std::size_t side) {
  if (!operand.reference) return {operand.kind, operand.truth, operand.number, operand.text};
  const Reference& name = *operand.reference;
  std::string& scratch = scratch_[side];
  if (name.rendered()) {
    scratch.clear();
    name.append_rendered(message, scratch);
    if (name.numeric()) return {Seen::Kind::number, false, number_of(scratch), {}};
    return {Seen::Kind::text, false, 0, scratch};
  }
  const Value value = name.value(message);
  switch (value.kind) {
    case Value::Kind::number:
      return {Seen::Kind::number, false, number_of(value.text), {}};
    case Value::Kind::boolean:
      return {Seen::Kind::boolean, value.text == "true", 0, {}};
    case Value::Kind::string:
      break;
    default:
      return {};
  }
  if (!value.escaped) return {Seen::Kind::text, false, 0, value.text};
  scratch.clear();
  json::append_unescaped(scratch, value.text);
  return {Seen::Kind::text, false, 0, scratch};
}

bool Program::compare(const Operation& operation, const Message& message) {
  const Seen left = look(operands[operation.left], message, 0);
  const Seen right = look(operands[operation.right], message, 1);
  if (left.kind != right.kind) return false;
  switch (left.kind) {
    case Seen::Kind::number:
      return holds(operation.op, left.number, right.number);
    case Seen::Kind::text:
      return holds(operation.op, left.text, right.text);
    case Seen::Kind::boolean:
      return (operation.op == Op::equal || operation.op == Op::unequal) && holds(operation.op, left.truth, right.truth);
    case Seen::Kind::nothing:
      break;
  }
  return false;
}

bool Program::is_in(const Operation& operation, const Message& message) {
  const Seen left = look(operands[operation.left], message, 0);
  for (std::uint32_t i = 0; i < operation.count; ++i) {
    if (equal(left, look(operands[operation.right + i], message, 1))) return true;
  }
  return false;
}

bool Program::run(std::uint32_t index, const Message& message) {
  const Operation& operation = operations[index];
  switch (operation.op) {
    case Op::both:
      return run(operation.left, message) && run(operation.right, message);
    case Op::either:
      return run(operation.left, message) || run(operation.right, message);
    case Op::negate:
      return !run(operation.left, message);
    case Op::truth: {
      const Seen seen = look(operands[operation.left], message, 0);
      return seen.kind == Seen::Kind::boolean && seen.truth;
    }
    case Op::exists: {
      const Reference& name = *operands[operation.left].reference;
      return name.rendered() || name.value(message).kind != Value::Kind::missing;
    }
    case Op::in:
      return is_in(operation, message);
    case Op::matches: {
      const Seen seen = look(operands[operation.left], message, 0);
      return seen.kind == Seen::Kind::text && patterns[operation.right].found_in(seen.text);
    }
    default:
      return compare(operation, message);
  }
}

Condition::Condition() = default;
Condition::~Condition() = default;
Condition::Condition(Condition&&) noexcept = default;
Condition& Condition::operator=(Condition&&) noexcept = default;
Condition::Condition(const Condition& other) { *this = other; }

Condition& Condition::operator=(const Condition& other) {
  if (this == &other) return *this;
  source_ = other.source_;
  program_.reset();
  if (!other.program_) return *this;
  auto compiled = Program::compile(source_);  // it has been compiled before; patterns cannot be copied
  program_ = std::make_unique<Program>(std::move(*compiled));
  return *this;
}

Result<Condition> Condition::parse(std::string_view text) {
  auto compiled = Program::compile(text);
  if (!compiled) return compiled.error();
  Condition made;
  made.source_ = text;
  made.program_ = std::make_unique<Program>(std::move(*compiled));
  return made;
}

void Condition::bind(const Environment& environment, Paths& paths) {
  if (!program_) return;
  for (Operand& operand : program_->operands) {
    if (operand.reference) operand.reference->bind(environment, paths);
  }
}

bool Condition::uses(Name name) const {
  if (!program_) return false;
  for (const Operand& operand : program_->operands) {
    if (operand.reference && operand.reference->name() == name) return true;
  }
  return false;
}

bool Condition::test(const Message& message) const { return program_ && program_->test(message); }

Condition read_condition(config::Section& section, std::string_view name, std::string_view meaning) {
  const std::string text = section.text(name, config::required, meaning);
  if (text.empty()) return {};
  auto parsed = Condition::parse(text);
  if (parsed && (parsed->uses(Name::counter) || parsed->uses(Name::args)))
    parsed = Error{"condition",
                   "'counter' and 'args' cannot exist here: they are known where something is sent to a device"};
  if (parsed) return std::move(*parsed);
  section.error(name, parsed.error().text);
  return {};
}

}  // namespace fieldgate::expression
