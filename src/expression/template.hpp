// Templates: text with {{ names }} in it, parsed at load, filled per message.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "config/section.hpp"
#include "expression/paths.hpp"
#include "expression/reference.hpp"
#include "message/message.hpp"
#include "message/result.hpp"

namespace fieldgate::expression {

/// Where a template's text goes; says how text from a device is confined there (config.md, Templates).
enum class Place : unsigned char {
  plain,   ///< as it is: an identity, a value; topic.N is percent-decoded, the other way round than in `topic`
  topic,   ///< an MQTT topic: one level, / + # % leading $ NUL and control bytes percent-encoded; {{ topic }} keeps its
           ///< levels
  url,     ///< a URL: one path segment, percent-encoded
  header,  ///< an HTTP header's value: CR, LF and other control bytes percent-encoded
  path,    ///< a file's path: one name in it, never . or .. nor hidden
};

/// Which names a template may use: those that differ by message, or only those known at start.
enum class Names : unsigned char { message, constant };

/// The longest text of a device that a template takes.
inline constexpr std::size_t max_device_text = 256;

/// A template of the configuration. Compared by its text. Parsed when read; usable once bound.
class Template {
 public:
  /// An empty template: no text at all.
  Template() = default;

  /// Parses `text`; the error says what was wrong, with did-you-mean for an unknown name.
  static Result<Template> parse(std::string_view text, Place place, Names names = Names::message);

  /// Gives its data paths their slots and its constants their values. Called once, while the graph is built.
  void bind(const Environment& environment, Paths& paths);

  /// True where each message can fill it otherwise.
  bool varies() const;
  bool empty() const { return source_.empty(); }
  const std::string& source() const { return source_; }

  /// Whether it uses a name: for checks of what can exist where it stands.
  bool uses(Name name) const;

  /// The first name that is none of `known`: what cannot be filled where only those are known. Null where there is
  /// none.
  const Reference* other_than(std::span<const Name> known) const;

  /// The name, where the template is that and nothing else; null otherwise.
  const Reference* single() const;

  /// Appends the filled template. The error's reason (unfilled, empty, too_long, unsafe) is a counter's label; `out` is
  /// then as before. A name is unfilled where it is missing or null, or an array or object anywhere but in plain text.
  Result<void> fill(const Message& message, std::string& out) const;

  /// The filled template without a copy where it is a single name whose text stands in the message as it is, else by
  /// way of `scratch`.
  Result<std::string_view> view(const Message& message, std::string& scratch) const;

  /// Appends it as a JSON value: a template that is one name keeps the kind of what it names, any other is a string,
  /// made in `scratch`.
  Result<void> append_json(const Message& message, std::string& out, std::string& scratch) const;

  /// For templates that do not vary: the text.
  std::string constant() const;

  /// The text with an x in place of each name: to check its shape (a URL, a topic) before there is any message.
  std::string sketch() const;

  bool operator==(const Template& other) const { return source_ == other.source_ && place_ == other.place_; }

 private:
  struct Part {
    std::string text;  ///< literal, or what `default` gives
    std::optional<Reference> reference;
    bool has_default = false;
  };

  static Result<Part> parse_name(std::string_view text, Names names);
  Result<void> fill_part(const Part& part, const Message& message, std::string& out) const;
  Result<void> append_value(const Reference& name, const Value& value, std::string& out) const;
  Result<void> fill_value(const Part& part, const Value& value, std::string& out) const;

  std::string source_;
  std::vector<Part> parts_;
  Place place_ = Place::plain;
};

/// Reads the option `name` as a template, with its problems reported at their place in the file.
Template read_template(config::Section& section, std::string_view name, config::Default<std::string> fallback,
                       std::string_view meaning, Place place, Names names = Names::message);

}  // namespace fieldgate::expression
