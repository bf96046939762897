// Runs a program the other way: a document to bytes.
#pragma once

#include <deque>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "codec/layout_program.hpp"

namespace fieldgate::codec {

/// Encodes one document. What counts and measures others is computed: all is written three times, each with what
/// the one before has found (what chooses, then what counts).
class LayoutEncoder {
 public:
  using Json = nlohmann::ordered_json;

  /// `message` fills the templates; null where none varies.
  LayoutEncoder(const Program& program, const Message* message);

  /// Appends the bytes of `json`, an object's text.
  Result<void> encode(std::string_view json, std::string& out);

  /// The bytes of the one field at `index`, whose `value:` looks at no other. Bits stand where a byte begins.
  Result<std::string> encode_field(std::uint32_t index);

 private:
  /// What is being written: all, or a part.
  struct Buffer {
    std::string bytes;
    std::size_t at = 0;
    unsigned bit = 0;
    std::vector<std::pair<std::int64_t, std::string>> from_end;  ///< what stands at places counted from the end
  };

  bool run(std::uint32_t begin, std::uint32_t end);
  bool step(const Operation& operation, std::uint32_t index);
  bool run_group(const Operation& operation, std::uint32_t index, const Detail& detail);
  bool run_place(const Operation& operation, std::uint32_t index, const Detail& detail);
  bool run_part(const Operation& operation, std::uint32_t index, const Detail& detail);
  bool run_repeat(const Operation& operation, std::uint32_t index, const Detail& detail);
  bool run_named(const Operation& operation, std::uint32_t index, const Detail& detail);
  bool run_choice(const Detail& detail);
  bool run_tlv(const Operation& operation, const Detail& detail);
  bool put_tag(const Operation& operation, const Detail& detail, std::uint64_t tag, std::string_view bytes);
  bool infer_case(const Detail& detail);
  bool has_all(std::uint32_t begin, std::uint32_t end) const;

  bool write_leaf(const Operation& operation, const Detail& detail);
  bool write_value(const Operation& operation, const Detail& detail, std::string_view value, bool is_string);
  bool write_number(const Operation& operation, const Detail& detail, std::string_view value, bool is_string);
  bool write_real(const Operation& operation, const Detail& detail, std::string_view value, bool is_string);
  bool write_raw(const Operation& operation, const Detail& detail, std::int64_t raw);
  bool write_flags(const Operation& operation, const Detail& detail, const Json& value);
  bool write_bcd(const Operation& operation, const Detail& detail, std::string_view value, bool is_string);
  bool write_text(const Operation& operation, const Detail& detail, std::string_view value);
  bool write_bytes(const Operation& operation, const Detail& detail, std::string_view value);
  bool write_address(const Operation& operation, const Detail& detail, std::string_view value);
  bool write_digits(const Operation& operation, const Detail& detail, std::string digits, std::size_t bytes);
  bool write_time(const Operation& operation, const Detail& detail, std::string_view value, bool is_string);
  bool write_civil(const Operation& operation, const Detail& detail, TimePoint time);
  bool write_nothing(const Operation& operation, const Detail& detail);
  bool put_sized(const Detail& detail, std::string bytes);
  bool out_of_width(const Operation& operation, const Detail& detail, std::int64_t raw);

  const Json* find(const Operation& operation, const Detail& detail) const;
  std::optional<std::int64_t> evaluate(std::uint32_t expression) const;
  std::optional<std::int64_t>& wanted(std::uint32_t cell);
  bool want(std::uint32_t expression, std::int64_t value, const Detail& detail);
  bool fail(const Detail& detail, std::string text);

  void put(std::string_view bytes);
  void put_number(std::uint64_t value, unsigned bytes, bool little);
  void put_bits(std::uint64_t value, unsigned count, bool least_first);
  void skip_bits(std::size_t count);
  static std::string finished(Buffer&& buffer);

  const Program& program_;
  const Message* message_;
  std::vector<Cell> cells_;
  std::vector<std::vector<std::optional<std::int64_t>>> wanted_;  // by cell, for each time that it is written
  std::vector<std::size_t> times_;                                // that it was, in this pass
  bool last_pass_ = false;
  bool may_lack_ = false;  // a field at a place of its own
  Buffer out_;
  const Json* object_ = nullptr;
  const Json* item_ = nullptr;
  std::deque<std::string> texts_;  // what cells see
  Error error_;
};

}  // namespace fieldgate::codec
