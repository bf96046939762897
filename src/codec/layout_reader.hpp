// Turns `fields:` into a program, entry by entry.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "codec/layout_field.hpp"
#include "codec/layout_program.hpp"
#include "config/node.hpp"

namespace fieldgate::codec {

/// Reads one layout. All problems are reported; after one the program is not to be used.
class LayoutReader {
 public:
  explicit LayoutReader(Program& program) : program_(program) {}

  /// Reads `fields`, and what holds for all of them: endian, bit_order, timezone, transform. `keep_rest`: bytes behind
  /// them are a field of their own, `rest`.
  void read(config::Section& section, bool keep_rest = false);

  /// After `read`: each item of the repeat of this name is a message.
  void split(config::Section& section, const std::string& name);

 private:
  /// What fields take over from what stands round them.
  struct Context {
    bool little = false;
    bool least_first = false;
    std::chrono::minutes zone{0};
    bool has_zone = false;
    bool addressable = true;  ///< not in an array
    bool may_repeat = false;  ///< members of a repeat without a name
  };
  struct Declared {
    std::string path;
    std::uint32_t operation;
  };
  /// A repeat as it is written.
  struct Repeat {
    std::optional<std::string> count;
    std::optional<std::string> until;
    bool until_end = false;
    std::int64_t max = max_repeat;
  };
  /// A way that not every frame takes: a case of a choice, or a condition.
  struct Arm {
    std::uint32_t choice;
    std::uint32_t number;
    bool operator==(const Arm&) const = default;
  };
  struct Named {
    std::vector<Arm> arms;
    config::Mark mark;
  };

  void field(config::Section& section);
  void emit(config::Section& section, const FieldOptions& options, const FieldType& type,
            const std::optional<Repeat>& repeat);
  static bool is_sized(const FieldOptions& options, const FieldType& type);
  std::uint32_t add_part(config::Section& section, const FieldOptions& options, const FieldType& type);
  void emit_repeated(config::Section& section, const FieldOptions& options, const FieldType& type,
                     const std::optional<Repeat>& repeat);
  void emit_value(config::Section& section, const FieldOptions& options, const FieldType& type, bool is_item);
  void emit_group(config::Section& section, const FieldOptions& options, bool is_item);
  void emit_choice(config::Section& section, const FieldOptions& options);
  void emit_tlv(config::Section& section, const FieldOptions& options, const FieldType& type);
  void emit_leaf(config::Section& section, const FieldOptions& options, const FieldType& type, bool is_item);

  // One kind of value each: width, size, and what else it needs.
  void set_number(config::Section& section, const FieldOptions& options, const FieldType& type, Operation& operation,
                  Detail& detail);
  void set_byte_order(config::Section& section, const FieldOptions& options, Operation& operation, Detail& detail);
  void set_bits(config::Section& section, const FieldOptions& options, Operation& operation, Detail& detail);
  void set_sized(config::Section& section, const FieldOptions& options, const FieldType& type, Detail& detail);
  void set_time(config::Section& section, const FieldOptions& options, const FieldType& type, Detail& detail);
  void set_value(config::Section& section, const FieldOptions& options, Operation& operation, Detail& detail);
  void set_digits(config::Section& section, const FieldOptions& options, Detail& detail);
  void set_flags(config::Section& section, const FieldOptions& options, Operation& operation, Detail& detail);
  void check_alignment(config::Section& section, const Operation& operation, const Detail& detail);

  void claim_name(config::Section& section, const FieldOptions& options);
  std::optional<std::vector<std::string_view>> words_of(std::uint32_t chooser) const;
  void check_word(config::Section& section, const config::Mark& mark, const std::string& word, std::uint32_t owner);
  void check_zone(config::Section& section, const Operation& operation, const Detail& detail);
  std::string constant_of(config::Section& section, const FieldOptions& options);
  void set_expected(config::Section& section, const FieldOptions& options, std::uint32_t verify);
  static bool is_made_name(std::string_view name);
  void set_made_name(config::Section& section, const std::string& name, std::uint32_t index);
  void add_rest(config::Section& section);

  struct Tag {
    std::string type;
    std::optional<bool> little;
  };
  std::optional<Repeat> read_repeat(config::Section& section);
  static Repeat repeat_options(config::Section& inner);
  static Tag tag_options(config::Section& inner);
  void read_body(config::Section& section, const config::Node& node, const std::string& path);
  void read_case(config::Section& section, const config::Node::Entry& entry, std::uint32_t owner);
  void claim_nested(config::Section& section);
  FieldType type_of(config::Section& section, const FieldOptions& options, bool& known);

  std::uint32_t add(Kind kind, const FieldOptions& options);
  void finish(std::uint32_t index) { program_.operations[index].end = size(); }
  std::uint32_t size() const { return static_cast<std::uint32_t>(program_.operations.size()); }
  Detail& detail(std::uint32_t index) { return program_.details[program_.operations[index].detail]; }
  void show(std::uint32_t index, const FieldOptions& options, bool is_item);
  void declare(config::Section& section, const std::string& name, std::uint32_t index);
  std::uint32_t expression(config::Section& section, std::string_view option, std::string_view text);
  Amount amount(config::Section& section, std::string_view option, std::string_view text, std::int64_t least,
                std::int64_t most);
  Amount prefix(config::Section& section, std::string_view option, std::string_view text, bool little);
  Result<std::uint32_t> resolve(std::string_view name);
  std::uint32_t special(std::uint32_t& cell);
  std::string full(const std::string& name) const;

  Program& program_;
  Context context_;
  std::vector<std::string> prefix_;  // of names, for expressions
  std::vector<std::string> steps_;   // of the document
  std::vector<Declared> declared_;
  std::map<std::string, std::vector<Named>> named_;                           // by path
  std::vector<Arm> arms_;                                                     // that lead to the next field
  std::vector<std::vector<std::pair<std::string, std::uint32_t>>> repeated_;  // members of merged repeats
  std::optional<unsigned> bit_ = 0;  // of the next field in its byte, where it is known
  std::uint32_t item_ = no_index;    // what `_` is in `until`
  std::size_t depth_ = 0;
};

}  // namespace fieldgate::codec
