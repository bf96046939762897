// CsvRows: fields, with quotes and without.
#include "device/csv_rows.hpp"

#include <algorithm>

namespace fieldgate::device {

bool CsvRows::next() {
  while (at_ < text_.size() && at_row_end()) skip_row_end();
  if (at_ == text_.size()) return false;
  offset_ = at_;
  problem_ = {};
  std::size_t count = 0;
  do {
    if (count == fields_.size()) fields_.emplace_back();
    if (!take_field(fields_[count++])) {
      at_ = std::min(text_.find('\n', offset_), text_.size());
      break;
    }
  } while (at_ < text_.size() && text_[at_] == ',' && (++at_, true));
  fields_.resize(count);
  end_ = at_;
  skip_row_end();
  return true;
}

bool CsvRows::take_field(std::string& field) {
  if (at_ < text_.size() && text_[at_] == '"') return take_quoted(field);
  const std::size_t begin = at_;
  while (at_ < text_.size() && text_[at_] != ',' && text_[at_] != '"' && !at_row_end()) ++at_;
  field = text_.substr(begin, at_ - begin);
  if (at_ == text_.size() || text_[at_] != '"') return true;
  problem_ = "a quote stands inside of a value: put the whole value in quotes, and double the quotes in it";
  return false;
}

bool CsvRows::take_quoted(std::string& field) {
  field.clear();
  while (true) {
    const std::size_t quote = text_.find('"', ++at_);
    if (quote == std::string_view::npos) {
      problem_ = "a quote is not closed";
      return false;
    }
    field.append(text_.substr(at_, quote - at_));
    at_ = quote + 1;
    if (at_ == text_.size() || text_[at_] != '"') break;
    field += '"';
  }
  if (at_ == text_.size() || text_[at_] == ',' || at_row_end()) return true;
  problem_ = "something stands behind a closing quote: a quote inside of a value is doubled";
  return false;
}

}  // namespace fieldgate::device
