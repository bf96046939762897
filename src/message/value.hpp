// A value inside a document, as a view of its JSON text.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace fieldgate {

/// What a path found in a document. Owns nothing: `text` lives as long as the document's text.
struct Value {
  enum class Kind : std::uint8_t { missing, null, boolean, number, string, array, object };

  /// The JSON text of the value; for a string, what stands between its quotes.
  std::string_view text;
  Kind kind = Kind::missing;
  /// Of a string: holds backslashes, so that `text` is not yet what was meant.
  bool escaped = false;
};

}  // namespace fieldgate
