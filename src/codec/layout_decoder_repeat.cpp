// LayoutDecoder: what comes more than once.
#include <charconv>

#include "codec/layout_decoder.hpp"
#include "message/json.hpp"

namespace fieldgate::codec {

namespace {

constexpr std::size_t nowhere = ~std::size_t{0};

}  // namespace

bool LayoutDecoder::run_repeat(const Operation& operation, std::uint32_t index) {
  const Detail& detail = program_.details[operation.detail];
  std::int64_t count = -1;
  if (detail.amount.how != Amount::How::none) {
    if (!amount(detail.amount, count)) return false;
    if (count < 0) return fail("bad_count", "a count is negative");
    if (static_cast<double>(count) > *detail.quantity.max) return fail("too_many", "more items than 'max'");
  }
  for (const std::uint32_t member : detail.members) last_begin_[member] = nowhere;
  const std::size_t before = written();
  std::size_t value = 0;
  const std::size_t path = path_.size();
  if (detail.braces) {
    if (!open(operation, 2)) return false;
    value = value_begin_;
    split_.first = detail.split ? key_begin_ : split_.first;
    put('[');
    if (trace_ != nullptr) path_ += detail.name + ".";
  }
  const Cell outer_index = program_.index_cell == no_index ? Cell{} : cells_[program_.index_cell];
  if (!run_items(operation, index, detail, count)) return false;
  if (program_.index_cell != no_index) cells_[program_.index_cell] = outer_index;
  path_.resize(path);
  if (!detail.braces) return true;
  if (!room(1)) return false;
  put(']');
  value_begin_ = value;
  if (operation.shown) {
    close(operation);
  } else {
    at_ = buffer_.data() + before;
  }
  if (detail.split) split_.second = written();
  return true;
}

bool LayoutDecoder::run_items(const Operation& operation, std::uint32_t index, const Detail& detail,
                              std::int64_t count) {
  const std::optional<TimePoint> outer_time = time_;
  for (std::int64_t item = 0;; ++item) {
    if (count >= 0 ? item == count : detail.until_end && bits_left() == 0) break;
    if (static_cast<double>(item) >= *detail.quantity.max) return fail("too_many", "more items than 'max'");
    // Items that take no bytes cost time all the same, and repeats of repeats multiply.
    if (++items_ > most_items(frame_.size())) return fail("too_many", "more items than such a frame can have");
    const std::size_t left = bits_left();
    const std::size_t path = path_.size();
    if (trace_ != nullptr && detail.braces) path_ += std::to_string(item) + ".";
    const std::size_t begin = written();
    const Point before = operation.lenient ? point() : Point{};
    if (!run_item(operation, index, detail, item)) {
      if (!operation.lenient || !go_back(before)) return false;
      in_.at = in_.end;
      in_.bit = 0;
      path_.resize(path);
      break;
    }
    path_.resize(path);
    if (detail.split) {
      records_.push_back({begin + (item > 0 ? 1 : 0), written(), time_});
      time_ = outer_time;
    }
    if (detail.expression != no_index && evaluate(detail.expression).truth()) break;
    if (count < 0 && bits_left() == left) return fail("no_progress", "an item of a repeat takes no bytes");
  }
  return true;
}

bool LayoutDecoder::run_item(const Operation& operation, std::uint32_t index, const Detail& detail, std::int64_t item) {
  for (const std::uint32_t cell : detail.forgotten) cells_[cell] = {};
  if (program_.index_cell != no_index) cells_[program_.index_cell] = Cell::of(item);
  return run(index + 1, operation.end);
}

bool LayoutDecoder::run_tlv(const Operation& operation, const Detail& detail) {
  for (const std::uint32_t member : detail.members) last_begin_[member] = nowhere;
  const std::size_t before = written();
  std::size_t value = 0;
  const std::size_t path = path_.size();
  if (detail.braces) {
    if (!open(operation, 2)) return false;
    value = value_begin_;
    put('{');
    if (trace_ != nullptr) path_ += detail.name + ".";
  }
  align();
  while (in_.at != in_.end) {
    const Point point = this->point();
    if (!run_tag(operation, detail)) {
      if (!operation.lenient || !go_back(point)) return false;
      in_.at = in_.end;
    }
    align();
  }
  path_.resize(path);
  if (!detail.braces) return true;
  if (!room(1)) return false;
  put('}');
  value_begin_ = value;
  if (!operation.shown) at_ = buffer_.data() + before;
  if (operation.shown) close(operation);
  return true;
}

bool LayoutDecoder::run_tag(const Operation& operation, const Detail& detail) {
  const char* bytes = nullptr;
  if (!take(operation.width, bytes)) return false;
  const std::uint64_t tag = load_bytes(bytes, operation.width, operation.little);
  const Cell value = Cell::of(static_cast<std::int64_t>(tag));
  if (operation.cell != no_index) cells_[operation.cell] = value;
  Stream outer = in_;
  const bool measured = detail.amount.how != Amount::How::none;
  if (measured) {
    std::int64_t size = 0;
    if (!amount(detail.amount, size) || !enter(detail, size, outer)) return false;
  }
  if (!run_tag_case(operation, detail, tag)) return false;
  if (measured) in_ = outer;
  return true;
}

bool LayoutDecoder::run_tag_case(const Operation& operation, const Detail& detail, std::uint64_t tag) {
  const auto chosen = program_.choose(detail, Cell::of(static_cast<std::int64_t>(tag)));
  if (!chosen) return write_unknown(operation, tag);
  bool stopped = false;
  if (!run_body(operation.lenient, chosen->first, chosen->second, &stopped)) return false;
  return !stopped || write_unknown(operation, tag);
}

/// A tag that no case knows: its bytes in hex, under "0x1f".
bool LayoutDecoder::write_unknown(const Operation& operation, std::uint64_t tag) {
  constexpr std::string_view digits = "0123456789abcdef";
  const auto bytes = Bytes(in_.at, static_cast<std::size_t>(in_.end - in_.at));
  if (!room(2 * bytes.size() + 32)) return false;
  if (at_[-1] != '{' && at_[-1] != '[') put(',');
  put("\"0x");
  for (unsigned shift = operation.width * 8U; shift > 0; shift -= 4) put(digits[tag >> (shift - 4) & 0xF]);
  put("\":\"");
  const std::size_t begin = written();
  for (const char byte : bytes) {
    put(digits[static_cast<unsigned char>(byte) >> 4]);
    put(digits[static_cast<unsigned char>(byte) & 0xF]);
  }
  put('"');
  if (trace_ != nullptr) {
    Trace::Field field;
    const std::string_view name = json().substr(begin - 3 - operation.width * 2U - 2, operation.width * 2U + 2);
    const std::string path = path_ + std::string(name);
    field.path = path;
    field.bit = (in_.origin + static_cast<std::size_t>(in_.at - in_.begin)) * 8;
    field.bits = bytes.size() * 8;
    field.value = json().substr(begin - 1);
    field.type = "unknown tag";
    trace_->field(field);
  }
  in_.at = in_.end;
  return true;
}

}  // namespace fieldgate::codec
