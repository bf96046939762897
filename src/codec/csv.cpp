// Csv: reads rows, writes JSON, and gives nothing on before the whole frame was understood.
#include "codec/csv.hpp"

#include <charconv>
#include <cmath>

#include "message/json.hpp"

namespace fieldgate::codec {

namespace {

Bytes trimmed(Bytes field) {
  while (!field.empty() && (field.front() == ' ' || field.front() == '\t')) field.remove_prefix(1);
  while (!field.empty() && (field.back() == ' ' || field.back() == '\t')) field.remove_suffix(1);
  return field;
}

template <class Number>
std::optional<Number> parse_number(Bytes field) {
  if (field.size() > 1 && field[0] == '+' && field[1] != '-') field.remove_prefix(1);
  Number number{};
  const auto [stop, bad] = std::from_chars(field.data(), field.data() + field.size(), number);
  if (bad != std::errc() || stop != field.data() + field.size()) return std::nullopt;
  return number;
}

TimeFormat format_of(Csv::Kind kind) {
  switch (kind) {
    case Csv::Kind::unix_s:
      return TimeFormat::unix_s;
    case Csv::Kind::unix_ms:
      return TimeFormat::unix_ms;
    case Csv::Kind::unix_us:
      return TimeFormat::unix_us;
    default:
      return TimeFormat::rfc3339;
  }
}

bool append_number(std::string& out, Bytes field) {
  const auto number = parse_number<double>(field);
  if (!number || !std::isfinite(*number)) return false;
  json::append_number(out, *number);
  return true;
}

bool append_integer(std::string& out, Bytes field) {
  const auto number = parse_number<std::int64_t>(field);
  if (number) out += std::to_string(*number);
  return number.has_value();
}

bool append_boolean(std::string& out, Bytes field) {
  const bool yes = field == "true" || field == "TRUE" || field == "True" || field == "1";
  if (!yes && field != "false" && field != "FALSE" && field != "False" && field != "0") return false;
  out += yes ? "true" : "false";
  return true;
}

}  // namespace

Csv::Csv(const Config& config, const expression::Paths& paths)
    : separator_(config.separator), quote_(config.quote), checker_(paths) {
  for (const Column& column : config.columns) {
    std::string member = columns_.empty() ? "{" : ",";
    json::append_string(member, column.name);
    columns_.push_back({member + ":", column.kind, column.is_time});
  }
}

std::optional<Failure> Csv::decode(Bytes frame, Receiver& out) {
  json_.clear();
  rows_.clear();
  for (Bytes rest = frame; !rest.empty();) {
    if (rest.starts_with('\n') || rest.starts_with("\r\n")) {
      rest.remove_prefix(rest.front() == '\n' ? 1 : 2);
      continue;
    }
    Row row{};
    if (auto failure = read_row(rest, row)) {
      failure->offset = static_cast<std::size_t>(rest.data() - frame.data());
      return failure;
    }
    row.end = json_.size();
    rows_.push_back(row);
  }
  std::size_t begin = 0;
  for (const Row& row : rows_) {
    Document document;
    checker_.pick_front(std::string_view(json_).substr(begin, row.end - begin), document);
    document.time = row.time;
    begin = row.end;
    out.document(document);
  }
  return std::nullopt;
}

/// Takes a row with its line end off the front of `rest`.
std::optional<Failure> Csv::read_row(Bytes& rest, Row& row) {
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    Bytes field;
    if (auto failure = read_field(rest, field)) return failure;
    if (const auto wrong = append_value(columns_[i], field, row)) return Failure{"bad_value", *wrong};
    const bool last = i + 1 == columns_.size();
    const bool more = rest.starts_with(separator_);
    if (more == last)
      return Failure{"wrong_fields", last ? "a row has more fields than there are columns"
                                          : "a row has fewer fields than there are columns"};
    if (more) rest.remove_prefix(1);
  }
  json_ += '}';
  if (rest.starts_with('\r')) rest.remove_prefix(1);
  if (rest.starts_with('\n')) rest.remove_prefix(1);
  return std::nullopt;
}

/// Takes a field off the front of `rest`, up to its separator or line end.
std::optional<Failure> Csv::read_field(Bytes& rest, Bytes& field) {
  const auto is_end = [this](Bytes at) {
    return at.empty() || at[0] == separator_ || at[0] == '\n' || at.starts_with("\r\n") || at == "\r";
  };
  if (!rest.starts_with(quote_)) {
    std::size_t length = 0;
    while (!is_end(rest.substr(length))) ++length;
    field = rest.substr(0, length);
    rest.remove_prefix(length);
    return std::nullopt;
  }
  unquoted_.clear();
  for (rest.remove_prefix(1);;) {
    const std::size_t quote = rest.find(quote_);
    if (quote == Bytes::npos) return Failure{"bad_quote", "a quote is not closed"};
    unquoted_.append(rest.substr(0, quote));
    rest.remove_prefix(quote + 1);
    if (!rest.starts_with(quote_)) break;
    unquoted_ += quote_;
    rest.remove_prefix(1);
  }
  if (!is_end(rest)) return Failure{"bad_quote", "something stands between a closing quote and the separator"};
  field = unquoted_;
  return std::nullopt;
}

/// The text says what is wrong.
std::optional<std::string_view> Csv::append_value(const Named& column, Bytes field, Row& row) {
  json_ += column.member;
  if (column.kind == Kind::text) {
    json::append_string(json_, field);
    return std::nullopt;
  }
  field = trimmed(field);
  if (field.empty()) {
    json_ += "null";
    return std::nullopt;
  }
  switch (column.kind) {
    case Kind::integer:
      return append_integer(json_, field) ? std::nullopt
                                          : std::optional<std::string_view>("a field is no whole number");
    case Kind::boolean:
      return append_boolean(json_, field) ? std::nullopt
                                          : std::optional<std::string_view>("a field is neither true nor false");
    case Kind::number:
      return append_number(json_, field) ? std::nullopt : std::optional<std::string_view>("a field is no number");
    default:
      break;
  }
  const auto time = parse_time(field, format_of(column.kind));
  if (!time) return "a field is no time";
  if (column.is_time) row.time = *time;
  if (column.kind == Kind::rfc3339) {
    json::append_string(json_, field);
  } else if (!append_integer(json_, field)) {
    append_number(json_, field);
  }
  return std::nullopt;
}

}  // namespace fieldgate::codec
