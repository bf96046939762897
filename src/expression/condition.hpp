// Conditions: `data.voltage > 250 and device in ['a', 'b']`, compiled at load, bounded in the work they do.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "config/section.hpp"
#include "expression/paths.hpp"
#include "expression/template.hpp"
#include "message/message.hpp"
#include "message/result.hpp"

namespace fieldgate::expression {

struct Program;

/// A condition of the configuration (config.md, Values: an expression). Compared by its text.
class Condition {
 public:
  Condition();
  ~Condition();
  Condition(Condition&&) noexcept;
  Condition& operator=(Condition&&) noexcept;
  Condition(const Condition&);
  Condition& operator=(const Condition&);

  /// Parses `text`; the error names the place in it and what was expected.
  static Result<Condition> parse(std::string_view text);

  /// Gives its data paths their slots. Called once, while the graph is built.
  void bind(const Environment& environment, Paths& paths);

  /// Whether `message` satisfies it. A missing name, or two kinds of value, compare as false, also with !=. Numbers
  /// compare as doubles, texts by their bytes; a name by itself is true where it is the boolean. Allocates nothing at
  /// rest.
  bool test(const Message& message) const;

  /// Whether it uses a name: for checks of what can exist where it stands.
  bool uses(Name name) const;

  const std::string& source() const { return source_; }
  bool operator==(const Condition& other) const { return source_ == other.source_; }

 private:
  std::string source_;
  std::unique_ptr<Program> program_;
};

/// Reads the option `name` as a condition, with its problems reported at their place in the file. Required.
Condition read_condition(config::Section& section, std::string_view name, std::string_view meaning);

}  // namespace fieldgate::expression
