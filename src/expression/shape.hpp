// A JSON document that the operator drew in YAML, with templates in it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "config/section.hpp"
#include "expression/template.hpp"

namespace fieldgate::config {
struct Node;
}

namespace fieldgate::expression {

/// JSON with templates for names and values, parsed at load, filled per message: `{ "{{ device }}": "{{ data }}" }`.
/// A template that is a whole value keeps the kind of what it names. Usable once bound.
class Shape {
 public:
  Shape() = default;

  /// Reads the YAML under the option `name`. What is wrong with a template is reported at its place.
  static Shape read(config::Section& section, std::string_view name, const config::Node& node);

  void bind(const Environment& environment, Paths& paths);

  bool empty() const { return pieces_.empty(); }

  /// Whether each message can fill it otherwise.
  bool varies() const;
  bool uses(Name name) const;

  /// Appends the JSON, without line breaks; `scratch` is for what needs a place meanwhile. The error's reason is that
  /// of the template; `out` is then as before.
  Result<void> append(const Message& message, std::string& out, std::string& scratch) const;

  bool operator==(const Shape&) const = default;

 private:
  struct Piece {
    std::string literal;   ///< stands in front of what is filled
    Template filled;       ///< empty: nothing
    bool is_name = false;  ///< of a member: always a string
    bool operator==(const Piece&) const = default;
  };

  void add_literal(std::string_view json);
  void add_text(config::Section& section, std::string_view option, const config::Mark& mark, std::string_view text,
                bool is_name);
  void add(config::Section& section, std::string_view option, const config::Node& node);
  Result<void> append_piece(const Piece& piece, const Message& message, std::string& out, std::string& scratch) const;

  std::vector<Piece> pieces_;
};

}  // namespace fieldgate::expression
