// LayoutDecoder: the loop over the operations, and what stands round values.
#include "codec/layout_decoder.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "codec/layout_nested.hpp"

namespace fieldgate::codec {

LayoutDecoder::LayoutDecoder(const Program& program, const expression::Paths& paths)
    : program_(program),
      paths_(paths),
      operations_(program.operations),
      cells_(program.cells),
      last_begin_(program.members),
      last_end_(program.members),
      nested_(program.details.size()) {
  for (std::size_t i = 0; i < program.details.size(); ++i) {
    if (program.details[i].codec) nested_[i] = std::make_unique<Nested>(program.details[i].codec);
  }
}

LayoutDecoder::~LayoutDecoder() = default;

void LayoutDecoder::set_trace(Trace* trace) { trace_ = trace; }

std::optional<Failure> LayoutDecoder::decode(Bytes frame) {
  if (!resolved_) resolve();
  frame_ = frame;
  in_ = {frame.data(), frame.data(), frame.data() + frame.size(), 0, 0};
  most_ = most_output(frame.size());
  if (buffer_.empty()) buffer_.resize(1024);
  at_ = buffer_.data();
  buffer_end_ = at_ + buffer_.size();
  time_.reset();
  picked_.clear();
  records_.clear();
  replaced_.clear();
  replaced_members_.clear();
  items_ = 0;
  split_ = {};
  arena_used_ = 0;
  if (!cells_.empty()) {
    texts_.clear();
    texts_.reserve(4 * frame.size() + 64);
    for (Cell& cell : cells_) cell = {};
  }
  path_.clear();
  put('{');
  if (!run(0, static_cast<std::uint32_t>(operations_.size()))) return failure_;
  align();
  if (program_.trailing_error && in_.at != in_.end && !fail("trailing_bytes", "bytes are left behind the last field"))
    return failure_;
  if (!room(1)) return failure_;
  put('}');
  return std::nullopt;
}

bool LayoutDecoder::fail(std::string_view reason, std::string_view text) {
  failure_ = {reason, text, std::min(frame_.size(), in_.origin + static_cast<std::size_t>(in_.at - in_.begin))};
  return false;
}

bool LayoutDecoder::short_of(std::size_t count) {
  static_cast<void>(count);
  return fail("too_short", "the frame ends before its fields do");
}

bool LayoutDecoder::out_of_range() { return fail("out_of_range", "a value is outside of its 'min' and 'max'"); }

bool LayoutDecoder::grow(std::size_t count) {
  const std::size_t used = written();
  if (used + count > most_) return fail("too_large", "the document would be far larger than its frame");
  buffer_.resize(std::min(std::max(buffer_.size() * 2, used + count), most_));
  at_ = buffer_.data() + used;
  buffer_end_ = buffer_.data() + buffer_.size();
  return true;
}

/// The key of a value that takes `value` bytes at most.
bool LayoutDecoder::open(const Operation& operation, std::size_t value) {
  if (!room(operation.key_size + 1 + value)) return false;
  key_begin_ = written();
  if (at_[-1] != '{' && at_[-1] != '[') put(',');
  std::memcpy(at_, program_.keys.data() + operation.key, operation.key_size);
  at_ += operation.key_size;
  value_begin_ = written();
  if (operation.member != no_index) {
    std::size_t& before = last_begin_[operation.member];
    if (before != ~std::size_t{0}) {
      replaced_.emplace_back(before, last_end_[operation.member]);
      replaced_members_.push_back(operation.member);
    }
    before = key_begin_;
  }
  return true;
}

bool LayoutDecoder::run(std::uint32_t begin, std::uint32_t end) {
  for (std::uint32_t i = begin; i < end; i = operations_[i].end) {
    field_begin_ = in_.at;
    if (!(trace_ == nullptr ? step(operations_[i], i) : traced_step(operations_[i], i))) return false;
  }
  return true;
}

bool LayoutDecoder::step(const Operation& operation, std::uint32_t index) {
  const Detail& detail = program_.details[operation.detail];
  switch (operation.kind) {
    case Kind::integer:
      return read_integer(operation);
    case Kind::real:
      return read_real(operation, detail);
    case Kind::bits:
      return read_bits(operation, detail);
    case Kind::boolean:
      return read_boolean(operation, detail);
    case Kind::bcd:
      return read_bcd(operation, detail);
    case Kind::text:
      return read_text(operation, detail);
    case Kind::bytes:
      return read_bytes(operation, detail);
    case Kind::mac:
      return read_mac(operation, detail);
    case Kind::ip:
      return read_ip(operation, detail);
    case Kind::imei:
      return read_imei(operation, detail);
    case Kind::unix_time:
      return read_unix_time(operation, detail);
    case Kind::civil_time:
      return read_civil_time(operation, detail);
    case Kind::gps_time:
      return read_gps_time(operation, detail);
    case Kind::cp56time:
      return read_cp56time(operation, detail);
    case Kind::flags:
      return read_flags(operation, detail);
    case Kind::skip:
      return read_skip(operation, detail);
    case Kind::constant:
      return read_constant(operation, detail);
    case Kind::computed:
      return write_computed(operation, detail);
    case Kind::nested:
      return read_nested(operation, detail);
    case Kind::group:
      return run_group(operation, index);
    case Kind::when:
      return !evaluate(detail.expression).truth() || run(index + 1, operation.end);
    case Kind::place:
      return run_place(operation, index);
    case Kind::part:
      return run_part(operation, index);
    case Kind::repeat:
      return run_repeat(operation, index);
    case Kind::choose:
      return run_choice(operation);
    case Kind::tlv:
      return run_tlv(operation, detail);
    case Kind::verify:
      return run_verify(operation, index);
    case Kind::named:
      return run_named(operation, index);
  }
  return true;
}

/// A copy that lasts as long as the frame; nothing where a repeat has used up the room.
std::string_view LayoutDecoder::keep_text(std::string_view text) {
  if (texts_.capacity() - texts_.size() < text.size()) return {};
  const std::size_t begin = texts_.size();
  texts_ += text;
  return std::string_view(texts_).substr(begin);
}

Cell LayoutDecoder::evaluate(std::uint32_t expression) {
  if (expression == no_index) return {};
  if (program_.left_cell != no_index) cells_[program_.left_cell] = Cell::of(std::int64_t{in_.end - in_.at});
  if (program_.size_cell != no_index) cells_[program_.size_cell] = Cell::of(std::int64_t{in_.end - in_.begin});
  return program_.expressions[expression].evaluate(cells_.data());
}

bool LayoutDecoder::amount(const Amount& amount, std::int64_t& value) {
  switch (amount.how) {
    case Amount::How::fixed:
      value = amount.fixed;
      return true;
    case Amount::How::computed: {
      const Cell cell = evaluate(amount.expression);
      if (!cell.is_number()) return fail("bad_count", "a count or size is no number");
      value = cell.kind == Cell::Kind::integer ? cell.integer : static_cast<std::int64_t>(cell.real);
      return true;
    }
    case Amount::How::prefixed: {
      const char* bytes = nullptr;
      align();
      if (!take(amount.prefix, bytes)) return false;
      value = static_cast<std::int64_t>(load_bytes(bytes, amount.prefix, amount.little));
      return true;
    }
    default:
      align();
      value = in_.end - in_.at;
      return true;
  }
}

bool LayoutDecoder::run_group(const Operation& operation, std::uint32_t index) {
  const Detail& detail = program_.details[operation.detail];
  const bool braces = detail.braces && operation.shown;
  if (!braces) {
    if (!detail.braces) return run_body(operation.lenient, index + 1, operation.end);
    // Nothing of it stands in the document.
    const std::size_t before = written();
    const bool done = run_body(operation.lenient, index + 1, operation.end);
    at_ = buffer_.data() + before;
    return done;
  }
  if (!open(operation, 2)) return false;
  const std::size_t value = value_begin_;
  const std::size_t path = path_.size();
  if (trace_ != nullptr && operation.key_size > 0) path_ += detail.name + ".";
  put('{');
  if (!run_body(operation.lenient, index + 1, operation.end) || !room(1)) return false;
  put('}');
  path_.resize(path);
  value_begin_ = value;
  close(operation);
  return true;
}

bool LayoutDecoder::run_place(const Operation& operation, std::uint32_t index) {
  const Stream before = in_;
  std::int64_t place = 0;
  if (!amount(program_.details[operation.detail].amount, place)) return false;
  const std::int64_t size = in_.end - in_.begin;
  if (place < 0) place += size;
  if (place < 0 || place > size) return short_of(0);
  in_.at = in_.begin + place;
  in_.bit = 0;
  if (!run(index + 1, operation.end)) return false;
  in_ = before;
  return true;
}

/// Goes into a part of `size` bytes, which are taken from `outer`.
bool LayoutDecoder::enter(const Detail& detail, std::int64_t size, Stream& outer) {
  align();
  if (size < 0) return fail("bad_count", "a size is negative");
  if (in_.end - in_.at < size) return short_of(static_cast<std::size_t>(size));
  const char* begin = in_.at;
  const std::size_t origin = in_.origin + static_cast<std::size_t>(begin - in_.begin);
  outer = in_;
  outer.at += size;
  if (detail.transform.how != Transform::How::none) {
    const auto count = static_cast<std::size_t>(size);
    if (arena_.size() < frame_.size() * 4) arena_.resize(frame_.size() * 4);  // once: no view of it lives yet
    if (arena_.size() - arena_used_ < count) return fail("too_large", "the parts with a 'transform' are too many");
    char* const copy = arena_.data() + arena_used_;
    std::memcpy(copy, begin, count);
    detail.transform.apply(copy, count, false);
    arena_used_ += count;
    begin = copy;
  }
  in_ = {begin, begin, begin + size, 0, origin};
  return true;
}

bool LayoutDecoder::run_part(const Operation& operation, std::uint32_t index) {
  const Detail& detail = program_.details[operation.detail];
  std::int64_t size = 0;
  Stream outer;
  if (!amount(detail.amount, size)) return false;
  if (operation.lenient) size = std::min<std::int64_t>(size, in_.end - in_.at);
  if (!enter(detail, size, outer) || !run(index + 1, operation.end)) return false;
  in_ = outer;
  return true;
}

bool LayoutDecoder::run_choice(const Operation& operation) {
  const Detail& detail = program_.details[operation.detail];
  const auto chosen = program_.choose(detail, evaluate(detail.expression));
  return !chosen || run_body(operation.lenient, chosen->first, chosen->second);
}

}  // namespace fieldgate::codec
