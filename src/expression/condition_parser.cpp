// Reading a condition: a hand-written parser by recursive descent, bounded in depth and size.
#include <charconv>
#include <cstring>

#include "expression/condition_program.hpp"

namespace fieldgate::expression {

namespace {

enum class Kind : unsigned char { end, word, number, text, symbol, wrong };

struct Token {
  Kind kind = Kind::end;
  std::string_view text;  // of a text: without its quotes
  std::size_t at = 0;
};

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }
bool is_word(char c) { return !is_blank(c) && std::strchr("()[],=!<>'\"{}|&", c) == nullptr; }

/// Cuts a condition into words, numbers, texts and symbols.
class Lexer {
 public:
  explicit Lexer(std::string_view text) : text_(text) {}

  Token next() {
    while (at_ < text_.size() && is_blank(text_[at_])) ++at_;
    if (at_ == text_.size()) return {Kind::end, {}, at_};
    const char c = text_[at_];
    if (c == '\'' || c == '"') return quoted(c);
    if (c >= '0' && c <= '9') return take(Kind::number, word_end(at_));
    if (c == '-' || c == '+' || c == '.') return take(Kind::number, word_end(at_));
    if (is_word(c)) return take(Kind::word, word_end(at_));
    const std::string_view two = text_.substr(at_, 2);
    if (two == "==" || two == "!=" || two == "<=" || two == ">=" || two == "{{" || two == "}}" || two == "&&" ||
        two == "||") {
      return take(Kind::symbol, at_ + 2);
    }
    return take(Kind::symbol, at_ + 1);
  }

 private:
  std::size_t word_end(std::size_t from) const {
    while (from < text_.size() && is_word(text_[from])) ++from;
    return from;
  }
  Token take(Kind kind, std::size_t end) {
    const Token token{kind, text_.substr(at_, end - at_), at_};
    at_ = end;
    return token;
  }
  Token quoted(char quote) {
    const std::size_t close = text_.find(quote, at_ + 1);
    if (close == std::string_view::npos) return take(Kind::wrong, text_.size());
    const Token token{Kind::text, text_.substr(at_ + 1, close - at_ - 1), at_};
    at_ = close + 1;
    return token;
  }

  std::string_view text_;
  std::size_t at_ = 0;
};

struct Comparison {
  std::string_view symbol;
  Op op;
};
constexpr Comparison comparisons[] = {{"==", Op::equal},   {"!=", Op::unequal}, {"<", Op::less},
                                      {"<=", Op::at_most}, {">", Op::greater},  {">=", Op::at_least}};

/// Builds a Program. Each function reads one rule of the grammar and returns the index of what it made; after an error
/// `error_` is set, and what is returned means nothing.
class ConditionParser {
 public:
  explicit ConditionParser(std::string_view text) : lexer_(text) { advance(); }

  Result<Program> parse() {
    program_.root = any_of();
    if (!error_ && token_.kind != Kind::end) expected("'and', 'or' or the end");
    if (error_) return *error_;
    return std::move(program_);
  }

 private:
  void advance() { token_ = lexer_.next(); }
  bool is(Kind kind, std::string_view text) const { return token_.kind == kind && token_.text == text; }

  std::uint32_t fail(std::size_t at, const std::string& text) {
    if (!error_) error_ = Error{"condition", "at character " + std::to_string(at + 1) + ": " + text};
    return 0;
  }

  std::uint32_t expected(const std::string& what) {
    if (token_.kind == Kind::wrong) return fail(token_.at, "the text that begins here is not closed");
    if (is(Kind::symbol, "{{") || is(Kind::symbol, "{"))
      return fail(token_.at, "names stand without braces here: data.voltage");
    if (is(Kind::symbol, "=")) return fail(token_.at, "to compare, write ==");
    if (is(Kind::symbol, "&&")) return fail(token_.at, "write 'and' in place of &&");
    if (is(Kind::symbol, "||")) return fail(token_.at, "write 'or' in place of ||");
    if (is(Kind::symbol, "!")) return fail(token_.at, "write 'not' in place of !");
    const std::string found = token_.kind == Kind::end ? "the end" : "'" + std::string(token_.text) + "'";
    return fail(token_.at, "expected " + what + ", found " + found);
  }

  std::uint32_t add(Operation operation) {
    if (program_.operations.size() + program_.operands.size() >= max_condition_nodes) {
      return fail(token_.at,
                  "the condition is too large; it may have " + std::to_string(max_condition_nodes) + " parts");
    }
    program_.operations.push_back(operation);
    return static_cast<std::uint32_t>(program_.operations.size() - 1);
  }

  std::uint32_t any_of() {
    std::uint32_t left = all_of();
    while (!error_ && is(Kind::word, "or")) {
      advance();
      const std::uint32_t right = all_of();
      left = add({Op::either, left, right, 0});
    }
    return left;
  }

  std::uint32_t all_of() {
    std::uint32_t left = one();
    while (!error_ && is(Kind::word, "and")) {
      advance();
      const std::uint32_t right = one();
      left = add({Op::both, left, right, 0});
    }
    return left;
  }

  std::uint32_t one() {
    if (++depth_ > max_condition_depth)
      return fail(token_.at, "nested deeper than " + std::to_string(max_condition_depth) + " levels");
    const std::uint32_t made = is(Kind::word, "not") ? negation() : is(Kind::symbol, "(") ? group() : test();
    --depth_;
    return made;
  }

  std::uint32_t negation() {
    advance();
    const std::uint32_t inner = one();
    return add({Op::negate, inner, 0, 0});
  }

  std::uint32_t group() {
    advance();
    const std::uint32_t inner = any_of();
    if (!error_ && !is(Kind::symbol, ")")) return expected("')'");
    advance();
    return inner;
  }

  std::uint32_t test() {
    if (is(Kind::word, "exists")) return existence();
    const Token first = token_;
    const std::uint32_t left = operand();
    if (error_) return 0;
    if (is(Kind::word, "in")) return membership(left);
    if (is(Kind::word, "matches")) return match(left);
    for (const Comparison& comparison : comparisons) {
      if (!is(Kind::symbol, comparison.symbol)) continue;
      advance();
      const std::uint32_t right = operand();
      return add({comparison.op, left, right, 0});
    }
    const Operand& alone = program_.operands[left];
    if (alone.reference || alone.kind == Seen::Kind::boolean) return add({Op::truth, left, 0, 0});
    if (token_.kind != Kind::end) return expected("a comparison");
    return fail(first.at, "a value by itself is no condition; compare it with something");
  }

  std::uint32_t existence() {
    advance();
    if (!is(Kind::symbol, "(")) return expected("'(' and a name");
    advance();
    const Token name = token_;
    const std::uint32_t made = operand();
    if (error_) return 0;
    if (!program_.operands[made].reference) return fail(name.at, "exists() takes a name");
    if (!is(Kind::symbol, ")")) return expected("')'");
    advance();
    return add({Op::exists, made, 0, 0});
  }

  std::uint32_t membership(std::uint32_t left) {
    advance();
    if (!is(Kind::symbol, "[")) return expected("a list: ['a', 'b']");
    const auto first = static_cast<std::uint32_t>(program_.operands.size());
    do {
      advance();
      if (program_.operands.size() == first && is(Kind::symbol, "]")) break;
      const std::size_t at = token_.at;
      const std::uint32_t item = operand();
      if (error_) return 0;
      if (program_.operands[item].reference)
        return fail(at, "a list holds numbers, texts, true and false, but no names");
    } while (is(Kind::symbol, ","));
    if (!is(Kind::symbol, "]")) return expected("',' or ']'");
    advance();
    return add({Op::in, left, first, static_cast<std::uint32_t>(program_.operands.size()) - first});
  }

  std::uint32_t match(std::uint32_t left) {
    advance();
    if (token_.kind != Kind::text) return expected("a regular expression in quotes");
    auto pattern = script::Pattern::compile(token_.text);
    if (!pattern) return fail(token_.at, pattern.error().text);
    program_.patterns.push_back(std::move(*pattern));
    advance();
    return add({Op::matches, left, static_cast<std::uint32_t>(program_.patterns.size() - 1), 0});
  }

  std::uint32_t operand() {
    Operand made;
    if (token_.kind == Kind::text) {
      made.kind = Seen::Kind::text;
      made.text = token_.text;
    } else if (token_.kind == Kind::number) {
      if (!read_number(made)) return fail(token_.at, "'" + std::string(token_.text) + "' is no number");
    } else if (is(Kind::word, "true") || is(Kind::word, "false")) {
      made.kind = Seen::Kind::boolean;
      made.truth = token_.text == "true";
    } else if (token_.kind == Kind::word && !is_keyword()) {
      auto reference = Reference::parse(token_.text);
      if (!reference)
        return fail(token_.at, reference.error().text +
                                   (token_.text.find('.') == std::string_view::npos ? "; texts stand in quotes" : ""));
      made.reference = std::move(*reference);
    } else {
      return expected("a name or a value");
    }
    advance();
    return store(std::move(made));
  }

  std::uint32_t store(Operand made) {
    if (program_.operations.size() + program_.operands.size() >= max_condition_nodes) {
      return fail(token_.at,
                  "the condition is too large; it may have " + std::to_string(max_condition_nodes) + " parts");
    }
    program_.operands.push_back(std::move(made));
    return static_cast<std::uint32_t>(program_.operands.size() - 1);
  }

  bool is_keyword() const {
    for (const std::string_view word : {"and", "or", "not", "in", "matches", "exists"}) {
      if (token_.text == word) return true;
    }
    return false;
  }

  /// Decimal, or a whole number in hex after 0x.
  bool read_number(Operand& made) const {
    const char* const end = token_.text.data() + token_.text.size();
    made.kind = Seen::Kind::number;
    if (token_.text.starts_with("0x")) {
      std::uint64_t whole = 0;
      const auto [stop, bad] = std::from_chars(token_.text.data() + 2, end, whole, 16);
      made.number = static_cast<double>(whole);
      return bad == std::errc() && stop == end;
    }
    const auto [stop, bad] = std::from_chars(token_.text.data(), end, made.number);
    return bad == std::errc() && stop == end;
  }

  Lexer lexer_;
  Token token_;
  Program program_;
  std::optional<Error> error_;
  std::size_t depth_ = 0;
};

}  // namespace

Result<Program> Program::compile(std::string_view text) {
  if (text.size() > max_condition_text) {
    return Error{"condition", "longer than " + std::to_string(max_condition_text) + " bytes"};
  }
  return ConditionParser(text).parse();
}

}  // namespace fieldgate::expression
