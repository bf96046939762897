// The rows of a CSV file, one after another (RFC 4180).
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace fieldgate::device {

/// Rows end with LF or CRLF; empty ones are skipped. After a row that is wrong it goes on with the next line.
class CsvRows {
 public:
  explicit CsvRows(std::string_view text) : text_(text) {}

  /// Goes to the next row. False at the end.
  bool next();

  /// Of the row; good until the next.
  const std::vector<std::string>& fields() const { return fields_; }
  std::size_t offset() const { return offset_; }
  /// As it is written, without its end.
  std::string_view raw() const { return text_.substr(offset_, end_ - offset_); }
  /// What is wrong with its quotes; empty: nothing.
  std::string_view problem() const { return problem_; }

 private:
  bool take_field(std::string& field);
  bool take_quoted(std::string& field);
  bool at_row_end() const { return at_ == text_.size() || text_[at_] == '\n' || text_.substr(at_, 2) == "\r\n"; }
  void skip_row_end() { at_ += at_ == text_.size() ? 0 : text_[at_] == '\r' ? 2 : 1; }

  std::string_view text_;
  std::size_t at_ = 0;
  std::size_t offset_ = 0;
  std::size_t end_ = 0;
  std::vector<std::string> fields_;
  std::string_view problem_;
};

}  // namespace fieldgate::device
