// LayoutEncoder: the walk, and what stands round values.
#include "codec/layout_encoder.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>

#include "config/values.hpp"

namespace fieldgate::codec {

LayoutEncoder::LayoutEncoder(const Program& program, const Message* message)
    : program_(program), message_(message), wanted_(program.cells) {}

bool LayoutEncoder::fail(const Detail& detail, std::string text) {
  error_ = {"encode", detail.name.empty() ? "a field without a name " + text : "'" + detail.name + "' " + text};
  return false;
}

Result<void> LayoutEncoder::encode(std::string_view json, std::string& out) {
  const Json document = Json::parse(json, nullptr, false);
  if (!document.is_object()) return Error{"encode", "what is to be encoded is no JSON object"};
  for (const int pass : {1, 2, 3}) {
    last_pass_ = pass == 3;
    out_ = {};
    cells_.assign(program_.cells, {});
    times_.assign(program_.cells, 0);
    texts_.clear();
    object_ = &document;
    item_ = nullptr;
    if (!run(0, static_cast<std::uint32_t>(program_.operations.size())) && last_pass_) return error_;
  }
  out += finished(std::move(out_));
  return {};
}

std::string LayoutEncoder::finished(Buffer&& buffer) {
  for (const auto& [place, bytes] : buffer.from_end) {
    const auto back = static_cast<std::size_t>(-place);
    if (buffer.bytes.size() < back) buffer.bytes.resize(back, '\0');
    std::size_t at = buffer.bytes.size() - back;
    // What is looked at from the end stands in other fields too, or behind them all.
    if (buffer.bytes.compare(at, bytes.size(), bytes) != 0) {
      buffer.bytes.resize(buffer.bytes.size() + back, '\0');
      at += back;
    }
    if (buffer.bytes.size() < at + bytes.size()) buffer.bytes.resize(at + bytes.size(), '\0');
    buffer.bytes.replace(at, bytes.size(), bytes);
  }
  return std::move(buffer.bytes);
}

bool LayoutEncoder::run(std::uint32_t begin, std::uint32_t end) {
  bool good = true;
  for (std::uint32_t i = begin; i < end; i = program_.operations[i].end) {
    // The first time round, what fails may only wait for what stands behind it.
    if (!step(program_.operations[i], i)) good = false;
    if (!good && last_pass_) return false;
  }
  return good;
}

bool LayoutEncoder::step(const Operation& operation, std::uint32_t index) {
  const Detail& detail = program_.detail(operation);
  switch (operation.kind) {
    case Kind::group:
      return run_group(operation, index, detail);
    case Kind::when:
      return evaluate(detail.expression).value_or(0) == 0 || run(index + 1, operation.end);
    case Kind::place:
      return run_place(operation, index, detail);
    case Kind::part:
      return run_part(operation, index, detail);
    case Kind::repeat:
      return run_repeat(operation, index, detail);
    case Kind::choose:
      return run_choice(detail);
    case Kind::tlv:
      return run_tlv(operation, detail);
    case Kind::verify:
      return run(index + 1, operation.end);
    case Kind::named:
      return run_named(operation, index, detail);
    case Kind::computed:
      return true;
    default:
      return write_leaf(operation, detail);
  }
}

std::optional<std::int64_t> LayoutEncoder::evaluate(std::uint32_t expression) const {
  if (expression == no_index) return std::nullopt;
  const Cell cell = program_.expressions[expression].evaluate(cells_.data());
  if (cell.kind == Cell::Kind::text) return cell.truth();
  if (!cell.is_number()) return std::nullopt;
  return cell.kind == Cell::Kind::integer ? cell.integer : static_cast<std::int64_t>(cell.real);
}

/// What the field that was written last must be.
std::optional<std::int64_t>& LayoutEncoder::wanted(std::uint32_t cell) {
  const std::size_t time = times_[cell] == 0 ? 0 : times_[cell] - 1;
  if (wanted_[cell].size() <= time) wanted_[cell].resize(time + 1);
  return wanted_[cell][time];
}

/// Says what the field must be from which `expression` gives `value`.
bool LayoutEncoder::want(std::uint32_t expression, std::int64_t value, const Detail& detail) {
  if (expression == no_index) return true;
  const FieldExpression& formula = program_.expressions[expression];
  const auto cell = formula.only_cell();
  if (cell) {
    std::vector<Cell> trial(cells_.size());
    const auto at = [&](std::int64_t x) {
      trial[*cell] = Cell::of(x);
      return formula.integer(trial.data());
    };
    const auto none = at(0);
    const auto far = at(64);
    if (none && far && *far != *none && (value - *none) * 64 % (*far - *none) == 0) {
      const std::int64_t x = (value - *none) * 64 / (*far - *none);
      if (at(x) == value) {
        wanted(*cell) = x;
        return true;
      }
    }
  }
  if (evaluate(expression) == value) return true;
  return fail(detail, fmt::format("has {} items or bytes, but '{}' says otherwise", value, formula.source()));
}

bool LayoutEncoder::run_group(const Operation& operation, std::uint32_t index, const Detail& detail) {
  if (!detail.braces) return run(index + 1, operation.end);
  const Json* const outer = object_;
  const Json* const outer_item = item_;
  static const Json nothing = Json::object();
  const Json* const value = operation.shown ? find(operation, detail) : &nothing;
  if (value == nullptr || !value->is_object()) return fail(detail, "must be an object");
  object_ = value;
  item_ = nullptr;
  const bool done = run(index + 1, operation.end);
  object_ = outer;
  item_ = outer_item;
  return done;
}

bool LayoutEncoder::run_place(const Operation& operation, std::uint32_t index, const Detail& detail) {
  const bool lacked = std::exchange(may_lack_, true);
  const std::int64_t place =
      detail.amount.how == Amount::How::fixed ? detail.amount.fixed : evaluate(detail.amount.expression).value_or(0);
  Buffer outer = std::exchange(out_, {});
  const bool done = run(index + 1, operation.end);
  std::swap(outer, out_);
  may_lack_ = lacked;
  if (!done) return false;
  if (place < 0) {
    out_.from_end.emplace_back(place, finished(std::move(outer)));
  } else if (!outer.bytes.empty()) {
    const auto at = out_.at;
    const auto bit = std::exchange(out_.bit, 0);
    out_.at = static_cast<std::size_t>(place);
    put(finished(std::move(outer)));
    out_.at = at;
    out_.bit = bit;
  }
  return true;
}

bool LayoutEncoder::run_part(const Operation& operation, std::uint32_t index, const Detail& detail) {
  Buffer outer = std::exchange(out_, {});
  const bool done = run(index + 1, operation.end);
  std::swap(outer, out_);
  std::string bytes = finished(std::move(outer));
  if (detail.transform.how != Transform::How::none) detail.transform.apply(bytes.data(), bytes.size(), true);
  return put_sized(detail, std::move(bytes)) && done;
}

bool LayoutEncoder::run_repeat(const Operation& operation, std::uint32_t index, const Detail& detail) {
  if (!detail.braces) return fail(detail, "is a repeat without a name, which can only be decoded");
  const Json* const value = find(operation, detail);
  if (value == nullptr || !value->is_array()) return fail(detail, "must be an array");
  const auto count = static_cast<std::int64_t>(value->size());
  if (detail.amount.how == Amount::How::fixed && detail.amount.fixed != count)
    return fail(detail, fmt::format("must have {} items, not {}", detail.amount.fixed, count));
  bool done = detail.amount.how != Amount::How::computed || want(detail.amount.expression, count, detail);
  const Json* const outer = item_;
  std::int64_t number = 0;
  for (const Json& item : *value) {
    item_ = &item;
    if (program_.index_cell != no_index) cells_[program_.index_cell] = Cell::of(number++);
    done = run(index + 1, operation.end) && done;
  }
  item_ = outer;
  return done;
}

bool LayoutEncoder::has_all(std::uint32_t begin, std::uint32_t end) const {
  bool any = false;
  for (std::uint32_t i = begin; i < end; i = program_.operations[i].end) {
    const Operation& operation = program_.operations[i];
    if (!operation.shown || operation.key_size == 0) continue;
    if (!object_->contains(program_.detail(operation).name)) return false;
    any = true;
  }
  return any;
}

/// Where the document does not say what chooses, its members do.
bool LayoutEncoder::infer_case(const Detail& detail) {
  const auto cell = detail.expression == no_index ? std::nullopt : program_.expressions[detail.expression].only_cell();
  if (!cell || cells_[*cell].kind != Cell::Kind::none || wanted(*cell)) return false;
  for (const Case& one : detail.cases) {
    if (one.word || !has_all(one.begin, one.end)) continue;
    wanted(*cell) = one.number;
    return true;
  }
  return false;
}

bool LayoutEncoder::run_choice(const Detail& detail) {
  if (infer_case(detail)) return false;  // the next time round it is known
  const Cell value =
      detail.expression == no_index ? Cell{} : program_.expressions[detail.expression].evaluate(cells_.data());
  const auto chosen = program_.choose(detail, value);
  return !chosen || run(chosen->first, chosen->second);
}

}  // namespace fieldgate::codec
