// What goes out to a device: its bytes, as `hex`, `text`, `json` or `fields` give them.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "codec/codec.hpp"
#include "codec/layout.hpp"
#include "config/section.hpp"
#include "expression/shape.hpp"
#include "expression/template.hpp"
#include "framing/framer.hpp"
#include "message/message.hpp"
#include "message/result.hpp"

namespace fieldgate::protocol {

/// The bytes of a reply, request or command: pieces that are known at load, and templates between them. Usable once
/// bound.
class Content {
 public:
  /// Reads `hex`, `text`, `json` or `fields` of an entry, of which there must be one. Anything wrong is reported.
  static Content read(config::Section& entry);

  void bind(const expression::Environment& environment, expression::Paths& paths);

  /// Whether each message, or argument, can fill it otherwise.
  bool varies() const;
  bool uses(expression::Name name) const;

  /// Appends the bytes; `scratch` is for what needs a place meanwhile. `codec` has read the message, and knows the own
  /// bytes of its fields; null: nobody has. The error's reason is that of the template.
  Result<void> append(const Message& message, const codec::Codec* codec, std::string& out, std::string& scratch) const;

  /// Whether a command's arguments, the text of a JSON object, are those that it takes.
  Result<void> check_arguments(std::string_view arguments) const;

  bool operator==(const Content&) const = default;

 private:
  struct Piece {
    std::string literal;          ///< stands in front of what is filled
    expression::Template filled;  ///< empty: nothing
    bool operator==(const Piece&) const = default;
  };

  void add_literal(std::string_view bytes);
  Result<void> add_template(std::string_view text);
  Result<void> add_hex(std::string_view text);
  Result<void> append_piece(const expression::Template& filled, const Message& message, const codec::Codec* codec,
                            std::string& out) const;

  std::vector<Piece> pieces_;  // of hex and text
  bool is_hex_ = false;
  expression::Shape shape_;  // of json
  codec::Layout layout_;     // of fields
};

/// Content, and how it passes the framing.
struct Outgoing {
  Content content;
  bool frame = true;                      ///< passes the framing on its way out
  std::string case_name;                  ///< of a `switch`; empty: that of the frame answered, else the first
  std::optional<framing::Branch> branch;  ///< the same, found

  static Outgoing read(config::Section& entry);

  /// Finds the case in the framing, and sees whether what is known at load can be framed. Anything wrong is reported.
  void settle(config::Section& entry, const framing::Factory& framing);

  bool operator==(const Outgoing&) const = default;
};

}  // namespace fieldgate::protocol
