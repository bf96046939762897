// What a protocol answers: the options of `replies:`, which of them fits, and its bytes.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "config/section.hpp"
#include "expression/condition.hpp"
#include "expression/template.hpp"
#include "message/message.hpp"
#include "message/receipt.hpp"
#include "message/result.hpp"

namespace fieldgate::protocol {

/// The bytes of a reply: pieces that are known at load, and templates between them. Usable once bound.
class ReplyContent {
 public:
  /// Reads `hex`, `text` or `json` of an entry, of which there must be one. Anything wrong is reported.
  static ReplyContent read(config::Section& reply);

  void bind(const expression::Environment& environment, expression::Paths& paths);

  /// Whether each message can fill it otherwise.
  bool varies() const;
  bool uses(expression::Name name) const;

  /// Appends the bytes; `scratch` is for what needs a place meanwhile. The error's reason is that of the template.
  Result<void> append(const Message& message, std::string& out, std::string& scratch) const;

  bool operator==(const ReplyContent&) const = default;

 private:
  enum class As : std::uint8_t {
    bytes,        ///< what the template gives
    json,         ///< a JSON value; a template that is one name keeps its kind
    json_string,  ///< a JSON string
  };
  struct Piece {
    std::string literal;          ///< stands in front of what is filled
    expression::Template filled;  ///< empty: nothing
    As as = As::bytes;
    bool operator==(const Piece&) const = default;
  };

  void add_literal(std::string_view bytes);
  Result<void> add_template(std::string_view text, As as);
  Result<void> add_hex(std::string_view text);
  Result<void> add_text(std::string_view text, As as);
  void add_json(config::Section& section, const config::Node& node);

  std::vector<Piece> pieces_;
};

/// One entry of `replies:`.
struct Reply {
  expression::Condition when;  ///< empty: every frame
  After after = After::stored;
  ReplyContent content;
  bool frame = true;  ///< passes the framing on its way out

  static Reply read(config::Section& section);
  bool fits(const Message& message) const { return when.source().empty() || when.test(message); }
  bool operator==(const Reply&) const = default;
};

/// The first that fits; null if none does.
const Reply* first_fitting(const std::vector<Reply>& replies, const Message& message);

}  // namespace fieldgate::protocol
