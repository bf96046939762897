// Rows of separated values, whose columns the configuration names.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "codec/codec.hpp"
#include "codec/text_field.hpp"
#include "codec/written.hpp"

namespace fieldgate::codec {

/// RFC 4180, with any separator and quote. Each row of a frame is a message; empty rows are skipped. A row has as many
/// fields as there are columns, unless `exact` is off. An empty field that is not text is null.
class Csv final : public Codec {
 public:
  static constexpr std::string_view type = "csv";
  static constexpr std::string_view meaning =
      "Separated values (RFC 4180), whose columns are named here or by the first row; each row is a message.";
  static constexpr std::size_t max_columns = 1024;

  using Kind = TextField::Kind;
  using Column = TextField;

  /// A kind of row.
  struct Case {
    std::string first;  ///< what its first field is
    std::vector<Column> columns;
    std::vector<TextField> fields;
    bool operator==(const Case&) const = default;
  };

  struct Config {
    std::vector<Column> columns;
    char separator = ',';
    char quote = '"';
    bool header = false;
    bool exact = true;
    std::string prefix;
    std::vector<TextField> fields;
    std::vector<Case> cases;

    static Config read(config::Section& section);
    bool operator==(const Config&) const = default;
  };

  Csv(const Config& config, const expression::Paths& paths);

  std::optional<Failure> decode(Bytes frame, Receiver& out) override;
  Result<void> encode(std::string_view json, std::string& out) const override;
  void trace(Trace* trace) override { trace_ = trace; }

 private:
  struct Row {
    std::string first;               // what chooses it; empty: any
    std::vector<std::string> names;  // of its columns
    TextFields fields;
  };

  static Row row_of(std::string first, const std::vector<Column>& columns, const std::vector<TextField>& fields);
  std::optional<Failure> split(Bytes& rest);
  std::optional<Failure> take_field(Bytes& rest, TextSource& field);
  std::optional<Failure> take_header();
  std::optional<Failure> append_row(Bytes frame);
  Row* row_for(const TextSource& first);
  void append_field(std::string& out, std::string_view text) const;

  const Config config_;
  std::vector<Row> rows_;      // the cases, then what the columns are
  bool header_known_ = false;  // the last of rows_ was made for a header
  std::vector<TextSource> sources_;
  std::string unquoted_;
  Written written_;
  Trace* trace_ = nullptr;
};

}  // namespace fieldgate::codec
