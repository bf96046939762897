// How the bytes of a frame are laid out: the list `fields:`, read once, which both decodes and encodes.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "codec/codec.hpp"
#include "config/section.hpp"
#include "expression/template.hpp"

namespace fieldgate::codec {

struct Program;

/// Fields in the order of the wire. A value, cheap to copy. Used by `codec: { type: binary }`, and by what goes out:
/// `fields:` of replies, requests and commands.
class Layout {
 public:
  Layout();

  /// Reads the options `fields`, `endian`, `bit_order`, `timezone` and `transform` of `section`. Anything wrong is
  /// reported.
  static Layout read(config::Section& section);

  /// The same, and what only a codec has: `split`, `trailing`.
  static Layout read_codec(config::Section& section);

  /// Gives the templates of `value:` their slots.
  void bind(const expression::Environment& environment, expression::Paths& paths);

  bool empty() const;

  /// Appends the bytes of the fields. A field's value is its `value:` (filled from `message`, which may be null where
  /// none varies), its constant, what it computes, else the member of `json`, an object's text, with its name.
  /// The error names the field and says what it may be.
  Result<void> encode(std::string_view json, const Message* message, std::string& out) const;

  /// The names of the fields that `encode` takes out of `json`, with what they may be, for people and for `schema`.
  struct Argument {
    std::string name;
    std::string type;
    std::string range;
  };
  std::vector<Argument> arguments() const;

  bool operator==(const Layout& other) const;

  /// For those who decode. Lives as long as any copy of the layout.
  const Program& program() const;

 private:
  std::shared_ptr<const Program> program_;
};

}  // namespace fieldgate::codec
