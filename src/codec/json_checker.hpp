// The one pass over a JSON document: checks it, and picks the values that the configuration uses.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "codec/codec.hpp"
#include "expression/paths.hpp"
#include "message/message.hpp"

namespace fieldgate::codec {

/// Checks text against RFC 8259 and RFC 3629, exactly, but for three choices of what those leave open: no byte order
/// mark, no escaped half of a surrogate pair (it means no character), at most `max_depth` levels. Numbers are checked
/// as text, of any size. Of members with the same name the last one counts. It builds nothing, and allocates nothing at
/// rest.
class JsonChecker {
 public:
  static constexpr std::size_t max_depth = 64;

  /// `paths` outlives the checker, and may still grow until the first document.
  explicit JsonChecker(const expression::Paths& paths) : paths_(paths) {}

  /// Checks that `text` is one value, and fills in `json` (without the white space round it), `picked` and
  /// `has_line_break` of `document`; they live until the next call, and as long as `text`.
  std::optional<Failure> check(std::string_view text, Document& document);

  /// After a `check` that succeeded on an array, or a `pick_front`: whether all its items are objects.
  bool items_are_objects() const { return items_are_objects_; }

  /// As `check`, for a value at the front of text that was checked before. Returns how long it is.
  std::size_t pick_front(std::string_view text, Document& document);

 private:
  void prepare();

  const expression::Paths& paths_;
  std::vector<Value> picked_;
  std::string scratch_;
  bool items_are_objects_ = true;
};

}  // namespace fieldgate::codec
