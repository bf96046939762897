// Rows of separated values, whose columns the configuration names.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "codec/codec.hpp"
#include "codec/json_checker.hpp"

namespace fieldgate::codec {

/// RFC 4180, with any separator and quote. Each row of a frame is a message; empty rows are skipped. A row has as many
/// fields as there are columns. An empty field that is not text is null.
class Csv final : public Codec {
 public:
  static constexpr std::string_view type = "csv";
  static constexpr std::string_view meaning =
      "Separated values (RFC 4180), whose columns are named here; each row is a message.";

  /// What a field is read as. The times are written as they came, as text or number.
  enum class Kind : std::uint8_t { text, integer, number, boolean, rfc3339, unix_s, unix_ms, unix_us };

  struct Column {
    std::string name;
    Kind kind = Kind::text;
    bool is_time = false;  ///< the message's own time

    bool operator==(const Column&) const = default;
  };

  struct Config {
    std::vector<Column> columns;
    char separator = ',';
    char quote = '"';

    static Config read(config::Section& section);
    bool operator==(const Config&) const = default;
  };

  /// `config` is copied in part: it need not live.
  Csv(const Config& config, const expression::Paths& paths);

  std::optional<Failure> decode(Bytes frame, Receiver& out) override;

 private:
  struct Row {
    std::size_t end;  // in json_
    std::optional<TimePoint> time;
  };
  struct Named {
    std::string member;  // "name": as JSON, with what stands before it
    Kind kind;
    bool is_time;
  };

  std::optional<Failure> read_row(Bytes& rest, Row& row);
  std::optional<Failure> read_field(Bytes& rest, Bytes& field);
  std::optional<std::string_view> append_value(const Named& column, Bytes field, Row& row);

  std::vector<Named> columns_;
  char separator_;
  char quote_;
  JsonChecker checker_;
  std::string json_;
  std::string unquoted_;
  std::vector<Row> rows_;
};

}  // namespace fieldgate::codec
