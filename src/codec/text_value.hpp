// One text into one JSON value, and back.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "codec/text_field.hpp"

namespace fieldgate::codec {

/// Appends what `source` says as a value of the field's kind; nothing if its `otherwise` leaves the text out; empty
/// text that is no text is null. `hemisphere` is the
/// field's, where it has one. `time` becomes the value, if the field is the message's own.
std::optional<Failure> append_text_value(std::string& json, const TextField& field, const TextSource& source,
                                         std::string_view hemisphere, std::optional<TimePoint>& time);

/// The way back: appends the text of `value` to `out`.
Result<void> write_text_value(const TextField& field, const Value& value, std::string& out, std::string& hemisphere);

/// Appends 22.763406, degrees. A hemisphere is one of N, S, E, W, + and -, or empty; a sign of the text's own counts
/// too, as some devices write both.
std::optional<Failure> append_degrees(std::string& json, std::string_view text, std::string_view hemisphere);

/// The same of degrees and minutes: 4807.038 is 48 degrees and 7.038 minutes (IEC 61162-1).
std::optional<Failure> append_position(std::string& json, std::string_view text, std::string_view hemisphere);

/// The whole number that a text says in digits of `base`, 10 or 16 (with or without 0x); those below zero as 64 bits.
std::optional<std::uint64_t> whole_number(std::string_view text, int base);

/// As the YAML calls it.
std::string_view kind_name(TextField::Kind kind);

bool is_time_kind(TextField::Kind kind);

/// The same without blanks round it.
std::string_view trimmed(std::string_view text);

/// Whether it is a number as JSON writes them, of at most 15 digits before the point.
bool is_plain_number(std::string_view text);

}  // namespace fieldgate::codec
