// LayoutDecoder: values that must be what they are said to be, names made of values, and what may fail.
#include <charconv>
#include <cmath>

#include "codec/layout_decoder.hpp"
#include "message/json.hpp"

namespace fieldgate::codec {

namespace {

/// Whether the bits from `bit` on are those of `expected`.
bool has_bits(const char* at, unsigned bit, std::size_t count, Bytes expected, bool least_first) {
  const auto take = [least_first](const char* bytes, std::size_t place) {
    const auto byte = static_cast<unsigned char>(bytes[place / 8]);
    return byte >> (least_first ? place % 8 : 7 - place % 8) & 1;
  };
  for (std::size_t i = 0; i < count; ++i)
    if (i / 8 >= expected.size() || take(at, bit + i) != take(expected.data(), i)) return false;
  return true;
}

bool same_number(const Cell& a, const Cell& b) {
  if (!a.is_number() || !b.is_number()) return false;
  if (a.kind == Cell::Kind::integer && b.kind == Cell::Kind::integer) return a.integer == b.integer;
  // As near as a float of four bytes tells.
  return std::fabs(a.number() - b.number()) <= 1e-6 * std::max(std::fabs(a.number()), std::fabs(b.number()));
}

}  // namespace

bool LayoutDecoder::run_verify(const Operation& operation, std::uint32_t index) {
  const Detail& detail = program_.details[operation.detail];
  const Operation& value = operations_[index + 1];
  const Cell expected = evaluate(detail.expression);
  const bool of_bits =
      value.kind == Kind::bits || value.kind == Kind::boolean || program_.details[value.detail].digits > 0;
  if (!of_bits) align();
  const Stream before = in_;
  if (!run(index + 1, operation.end)) return false;
  const std::size_t bits = static_cast<std::size_t>(in_.at - before.at) * 8 + in_.bit - before.bit;
  const bool fits = detail.expression != no_index ? same_number(cells_[value.cell], expected)
                    : bits % 8 == 0 && before.bit == 0
                        ? Bytes(before.at, bits / 8) == detail.constant
                        : has_bits(before.at, before.bit, bits, detail.constant, value.least_first);
  if (fits) return true;
  in_ = before;
  return fail("unexpected_value", "a field is not what its 'value' says");
}

/// The key made of a value, and then the value without the comma that it has in a list.
bool LayoutDecoder::run_named(const Operation& operation, std::uint32_t index) {
  const Detail& detail = program_.details[operation.detail];
  const Cell cell = evaluate(detail.expression);
  scratch_.clear();
  scratch_ += detail.constant;
  char digits[40];
  if (cell.kind == Cell::Kind::integer) {
    scratch_.append(digits, std::to_chars(digits, digits + sizeof digits, cell.integer).ptr);
  } else if (cell.kind == Cell::Kind::real) {
    scratch_.append(digits, std::to_chars(digits, digits + sizeof digits, cell.real).ptr);
  } else {
    scratch_ += cell.text;
  }
  scratch_ += detail.behind;
  const std::size_t path = path_.size();
  if (trace_ != nullptr) path_ += scratch_;
  if (!room(6 * scratch_.size() + 4)) return false;
  if (at_[-1] != '{' && at_[-1] != '[') put(',');
  key_.clear();
  json::append_string(key_, scratch_);
  put(key_);
  put(':');
  const std::size_t value = written();
  if (!run(index + 1, operation.end)) return false;
  path_.resize(path);
  std::memmove(buffer_.data() + value, buffer_.data() + value + 1, written() - value - 1);
  --at_;
  return true;
}

LayoutDecoder::Point LayoutDecoder::point() const {
  return {in_, written(), picked_.size(), replaced_.size(), records_.size(), path_.size(), time_};
}

/// Takes back all since then; not where the document has grown too large, which no leniency helps.
bool LayoutDecoder::go_back(const Point& point) {
  if (failure_.reason == "too_large") return false;
  in_ = point.in;
  at_ = buffer_.data() + point.written;
  picked_.resize(point.picked);
  records_.resize(point.records);
  path_.resize(point.path);
  time_ = point.time;
  for (std::size_t& begin : last_begin_)
    if (begin != ~std::size_t{0} && begin >= point.written) begin = ~std::size_t{0};
  while (replaced_.size() > point.replaced) {
    const auto [begin, end] = replaced_.back();
    const std::uint32_t member = replaced_members_.back();
    if (begin < point.written) last_begin_[member] = begin, last_end_[member] = end;
    replaced_.pop_back();
    replaced_members_.pop_back();
  }
  return true;
}

/// Where `lenient`, up to what does not fit; what stands in front of that stays.
bool LayoutDecoder::run_body(bool lenient, std::uint32_t begin, std::uint32_t end, bool* stopped) {
  if (!lenient) return run(begin, end);
  for (std::uint32_t i = begin; i < end; i = operations_[i].end) {
    const Point before = point();
    if (run(i, operations_[i].end)) continue;
    if (stopped != nullptr) *stopped = true;
    return go_back(before);
  }
  return true;
}

/// Words of the bits that are set, as a list.
bool LayoutDecoder::read_flags(const Operation& operation, const Detail& detail) {
  align();
  const char* bytes = nullptr;
  if (!take(operation.width, bytes)) return false;
  const std::uint64_t bits = load(bytes, operation, detail);
  if (operation.cell != no_index) cells_[operation.cell] = Cell::of(static_cast<std::int64_t>(bits));
  if (!operation.shown) return true;
  if (trace_ != nullptr) raw_ = std::to_string(bits);
  const auto& words = detail.quantity.words;
  const auto is_set = [&](std::size_t i) { return (bits >> words[i].first & 1) != 0; };
  std::size_t size = 2;
  for (std::size_t i = 0; i < words.size(); ++i) size += is_set(i) ? detail.quantity.quoted[i].size() + 1 : 0;
  if (!open(operation, size)) return false;
  put('[');
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (!is_set(i)) continue;
    if (at_[-1] != '[') put(',');
    put(detail.quantity.quoted[i]);
  }
  put(']');
  close(operation);
  return true;
}

}  // namespace fieldgate::codec
