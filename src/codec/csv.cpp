// Csv: reads rows, writes JSON, and gives nothing on before the whole frame was understood.
#include "codec/csv.hpp"

#include <algorithm>

#include "message/json.hpp"

namespace fieldgate::codec {

Csv::Csv(const Config& config, const expression::Paths& paths) : config_(config), written_(paths) {
  for (const Case& one : config.cases) rows_.push_back(row_of(one.first, one.columns, one.fields));
  if (!config.columns.empty() || config.header) rows_.push_back(row_of({}, config.columns, config.fields));
}

Csv::Row Csv::row_of(std::string first, const std::vector<Column>& columns, const std::vector<TextField>& fields) {
  Row row;
  row.first = std::move(first);
  for (const Column& column : columns) row.names.push_back(column.name);
  row.fields = TextFields(joined_fields(columns, fields), row.names);
  return row;
}

std::optional<Failure> Csv::decode(Bytes frame, Receiver& out) {
  written_.begin();
  bool header = config_.header;
  for (Bytes rest = frame; !rest.empty();) {
    if (rest.starts_with('\n') || rest.starts_with("\r\n")) {
      rest.remove_prefix(rest.front() == '\n' ? 1 : 2);
      continue;
    }
    auto failure = split(rest);
    if (failure) {
      failure->offset = static_cast<std::size_t>(rest.data() - frame.data());
      return failure;
    }
    if (header) {
      failure = take_header();
      header = false;
    } else {
      failure = append_row(frame);
    }
    if (failure) return failure;
  }
  written_.deliver(out);
  return std::nullopt;
}

/// Takes a row with its line end off the front of `rest`: its fields are then the sources.
std::optional<Failure> Csv::split(Bytes& rest) {
  sources_.clear();
  unquoted_.clear();
  if (unquoted_.capacity() < rest.size()) unquoted_.reserve(rest.size());  // views of it must stay
  if (!rest.starts_with(config_.prefix)) return Failure{"no_prefix", "a row does not begin with its prefix", 0};
  rest.remove_prefix(config_.prefix.size());
  for (;;) {
    TextSource field;
    if (auto failure = take_field(rest, field)) return failure;
    if (sources_.size() == max_columns) return Failure{"wrong_fields", "a row has more than 1024 fields", 0};
    sources_.push_back(field);
    if (!rest.starts_with(config_.separator)) break;
    rest.remove_prefix(1);
  }
  if (rest.starts_with('\r')) rest.remove_prefix(1);
  if (rest.starts_with('\n')) rest.remove_prefix(1);
  return std::nullopt;
}

/// Takes a field off the front of `rest`, up to its separator or line end.
std::optional<Failure> Csv::take_field(Bytes& rest, TextSource& field) {
  const auto is_end = [this, &rest](std::size_t at) {
    if (at == rest.size() || rest[at] == config_.separator || rest[at] == '\n') return true;
    return rest[at] == '\r' && (at + 1 == rest.size() || rest[at + 1] == '\n');
  };
  if (rest.empty()) rest = Bytes("", 0);
  if (!rest.starts_with(config_.quote)) {
    std::size_t length = 0;
    while (!is_end(length)) ++length;
    field = {rest.substr(0, length), rest.substr(0, length)};
    rest.remove_prefix(length);
    return std::nullopt;
  }
  const Bytes from = rest;
  const std::size_t begin = unquoted_.size();
  for (rest.remove_prefix(1);;) {
    const std::size_t quote = rest.find(config_.quote);
    if (quote == Bytes::npos) return Failure{"bad_quote", "a quote is not closed", 0};
    unquoted_.append(rest.substr(0, quote));
    rest.remove_prefix(quote + 1);
    if (!rest.starts_with(config_.quote)) break;
    unquoted_ += config_.quote;
    rest.remove_prefix(1);
  }
  if (!is_end(0)) return Failure{"bad_quote", "something stands between a closing quote and the separator", 0};
  field = {std::string_view(unquoted_).substr(begin), from.substr(0, from.size() - rest.size()), true};
  return std::nullopt;
}

/// The sources are the names of the columns: unless they are those of the frame before, the fields are made anew.
std::optional<Failure> Csv::take_header() {
  Row& row = rows_.back();
  const auto is_known = [this, &row] {
    return header_known_ && row.names.size() == sources_.size() &&
           std::equal(sources_.begin(), sources_.end(), row.names.begin(),
                      [](const TextSource& source, const std::string& name) { return source.text == name; });
  };
  if (is_known()) return std::nullopt;
  std::vector<Column> columns;
  for (const TextSource& source : sources_) {
    const auto same = [&source](const Column& column) { return column.name == source.text; };
    if (source.text.empty() || std::any_of(columns.begin(), columns.end(), same))
      return Failure{"bad_header", "a column has no name, or that of another", 0};
    const auto known = std::find_if(config_.columns.begin(), config_.columns.end(), same);
    columns.push_back(known == config_.columns.end() ? Column{std::string(source.text)} : *known);
  }
  row = row_of({}, columns, config_.fields);
  header_known_ = true;
  return std::nullopt;
}

Csv::Row* Csv::row_for(const TextSource& first) {
  const auto found =
      std::find_if(rows_.begin(), rows_.end(), [&first](const Row& row) { return row.first == first.text; });
  if (found != rows_.end() && !found->first.empty()) return &*found;
  return !rows_.empty() && rows_.back().first.empty() ? &rows_.back() : nullptr;
}

std::optional<Failure> Csv::append_row(Bytes frame) {
  const Bytes first = sources_.front().place;
  const std::size_t offset = first.data() >= frame.data() ? static_cast<std::size_t>(first.data() - frame.data()) : 0;
  Row* const row = row_for(sources_.front());
  if (row == nullptr) return Failure{"no_case", "no case is called like the first field of a row", offset};
  if (config_.exact && sources_.size() != row->names.size()) {
    return Failure{"wrong_fields",
                   sources_.size() > row->names.size() ? "a row has more fields than there are columns"
                                                       : "a row has fewer fields than there are columns",
                   offset};
  }
  std::string& json = written_.text();
  std::optional<TimePoint> time;
  json += '{';
  if (auto failure = row->fields.append(json, sources_, frame, time, trace_)) return failure;
  json += '}';
  written_.end(time);
  return std::nullopt;
}

Result<void> Csv::encode(std::string_view json, std::string& out) const {
  if (config_.header) return Error{"encode", "columns that the first row of each frame names cannot be encoded"};
  std::vector<std::optional<std::string>> texts;
  const Row* chosen = nullptr;
  for (const Row& row : rows_) {
    texts.assign(row.names.size(), std::nullopt);
    const auto encoded = row.fields.encode(json, texts);
    const bool fits = row.first.empty() || (!texts.empty() && (!texts[0] || *texts[0] == row.first));
    if (!fits) continue;
    if (!encoded) return encoded;
    if (!row.first.empty()) texts[0] = row.first;
    chosen = &row;
    break;
  }
  if (chosen == nullptr) return Error{"encode", "no case fits the document"};
  out += config_.prefix;
  for (std::size_t i = 0; i < texts.size(); ++i) {
    if (i != 0) out += config_.separator;
    append_field(out, texts[i] ? std::string_view(*texts[i]) : std::string_view());
  }
  return {};
}

void Csv::append_field(std::string& out, std::string_view text) const {
  const bool plain = text.find(config_.separator) == text.npos && text.find(config_.quote) == text.npos &&
                     text.find_first_of("\r\n") == text.npos;
  if (plain) {
    out += text;
    return;
  }
  out += config_.quote;
  for (const char c : text) {
    if (c == config_.quote) out += c;
    out += c;
  }
  out += config_.quote;
}

}  // namespace fieldgate::codec
