// Fields that arrive as text: what csv, key_value, regex and json make of a column, a key, a group, a member.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "codec/calendar.hpp"
#include "codec/codec.hpp"
#include "codec/quantity.hpp"

namespace fieldgate::codec {

/// How a member of the document is read from one or several texts.
struct TextField {
  /// `automatic`: a number or truth value if it looks like one, else text. `hex`: a whole number in hex digits.
  /// `degrees_minutes`: ddmm.mmmm, as receivers write positions; `degrees`: dd.dddd. The unix and rfc3339 times stay as
  /// they came.
  enum class Kind : std::uint8_t {
    text,
    integer,
    number,
    boolean,
    rfc3339,
    unix_s,
    unix_ms,
    unix_us,
    automatic,
    hex,
    degrees_minutes,
    degrees,
    time,
    skip,
  };

  std::string name;
  Kind kind = Kind::text;
  bool is_time = false;           ///< the message's own time
  std::vector<std::string> from;  ///< what it is read from, joined by `join`; empty: what has its name
  std::string join = " ";
  bool is_required = false;
  Quantity quantity;                                       ///< of numbers
  std::vector<std::pair<std::string, std::string>> words;  ///< `enum` of text
  std::optional<std::string> otherwise;                    ///< what other texts become; empty: they are left out
  std::vector<std::string> missing;                        ///< the texts that mean there is no value: null
  std::optional<unsigned> bit;                             ///< of whole numbers: the bit that is the truth value
  TimePattern pattern;                                     ///< of `time`
  std::chrono::minutes zone{};                             ///< of `time`: what local time is ahead of UTC
  std::string hemisphere;                                  ///< of positions: what holds N, S, E or W
  Factory codec;                                           ///< how the text is read further, if it is

  bool operator==(const TextField&) const = default;
};

/// What an option that lists fields takes.
struct TextFieldStyle {
  std::string_view scalar = "type";  ///< what a bare word in the map form gives: "type", or "from"
  TextField::Kind kind = TextField::Kind::text;
  std::string_view from = "What it is read from, if that has another name; several are joined.";
  bool repeats = false;  ///< names may come again: the caller knows what excludes each other
};

/// Reads the option `name`: a list of names or of maps, or a map of names to them. Anything wrong is reported.
std::vector<TextField> read_text_fields(config::Section& section, std::string_view name, std::string_view meaning,
                                        const TextFieldStyle& style);

/// The `columns` that no field is read from or called like, and then the `fields`.
std::vector<TextField> joined_fields(const std::vector<TextField>& columns, const std::vector<TextField>& fields);

/// The names of all that `fields` are read from, each once.
std::vector<std::string> sources_of(const std::vector<TextField>& fields);

/// A text that fields are read from; one without data is not there.
struct TextSource {
  std::string_view text;
  std::string_view place;  ///< where in the frame it stands
  bool quoted = false;
  std::string_view json;  ///< of a value in JSON: its text, which `automatic` leaves as it is

  bool present() const { return text.data() != nullptr; }
};

/// The fields of a record, over sources in a fixed order.
class TextFields {
 public:
  TextFields();
  /// A field whose source is not among `sources` is never there.
  TextFields(const std::vector<TextField>& fields, const std::vector<std::string>& sources);
  TextFields(TextFields&&) noexcept;
  TextFields& operator=(TextFields&&) noexcept;
  ~TextFields();

  /// Appends the members to `json`, an object that has begun. `time` becomes the message's own, if a field is that.
  std::optional<Failure> append(std::string& json, std::span<const TextSource> sources, Bytes frame,
                                std::optional<TimePoint>& time, Trace* trace);

  /// The way back: the texts of the sources, by their number, out of `json`, an object's text; nothing for what no
  /// field gives.
  Result<void> encode(std::string_view json, std::span<std::optional<std::string>> sources) const;

 private:
  struct Compiled;
  std::optional<Failure> append_field(const Compiled& field, std::string& json, std::span<const TextSource> sources,
                                      std::optional<TimePoint>& time);
  static Result<void> part(const Compiled& field, std::string_view text, std::span<std::optional<std::string>> sources);

  std::vector<Compiled> fields_;
  std::string joined_;
};

/// A member of an object's text; nothing where there is none.
std::optional<Value> find_member(std::string_view json, std::string_view name);

/// What a value is as text: a string's meaning, else its JSON. `scratch` is for what must be unescaped.
std::string_view text_of(const Value& value, std::string& scratch);

/// Appends a value of no declared type: a number or truth value if `text` looks like one and is not `quoted`.
void append_automatic(std::string& json, std::string_view text, bool quoted);

}  // namespace fieldgate::codec
