// Writing JSON text by hand, straight into a buffer, and reading single strings of it.
#pragma once

#include <string>
#include <string_view>

#include "message/bytes.hpp"

namespace fieldgate::json {

/// Appends `text` as a JSON string, in quotes. Bytes that are not UTF-8 become U+FFFD.
void append_string(std::string& out, std::string_view text);

/// Appends a finite number in the shortest form that reads back the same; others as null.
void append_number(std::string& out, double number);

/// Appends standard base64 (RFC 4648) with padding, without quotes.
void append_base64(std::string& out, Bytes bytes);

/// Appends what a string of a document means: `text` as it stands between its quotes, escapes undone. It must be valid.
void append_unescaped(std::string& out, std::string_view text);

/// Appends `json`, which must be valid, without the white space between its tokens.
void append_compact(std::string& out, std::string_view json);

/// A member of an object: what stands between the quotes of its name, and its value's text.
struct Member {
  std::string_view name;
  std::string_view value;
  bool escaped = false;  ///< the name holds backslashes
};

/// Takes the next member off the front of `rest`, which is at first a valid object's text. False at its end.
bool next_member(std::string_view& rest, Member& member);

/// Where `text` stops being UTF-8 (RFC 3629), or npos if it is all well.
std::size_t find_invalid_utf8(std::string_view text);

}  // namespace fieldgate::json
