// LengthField: nothing is believed of a length until it is found to be within bounds.
#include "framing/length_field.hpp"

#include <algorithm>

namespace fieldgate::framing {

namespace {

using Shape = LengthFieldShape;

std::uint64_t number(Bytes bytes, Shape::Endian endian) {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < bytes.size(); ++i)
    value = value << 8U | static_cast<unsigned char>(bytes[endian == Shape::Endian::big ? i : bytes.size() - 1 - i]);
  return value;
}

int digit(char c, bool hex) {
  if (c >= '0' && c <= '9') return c - '0';
  if (hex && c >= 'a' && c <= 'f') return c - 'a' + 10;
  return hex && c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

std::int64_t scaled(std::uint64_t value, std::uint64_t mask, std::int64_t scale) {
  constexpr std::uint64_t most = std::uint64_t{1} << 32U;
  return std::int64_t(std::min(value & mask, most)) * scale;
}

}  // namespace

Shape::Field LengthFieldShape::digits(Bytes frame, std::size_t begin) const {
  const bool hex = config_.encoding == Encoding::ascii_hex;
  const bool bcd = config_.encoding == Encoding::bcd;
  const bool open = !config_.terminator.empty();
  Field field{Measure::Kind::bad, 0, begin, begin, 0};
  bool any = false;
  for (std::size_t i = 0; i < config_.length_size + (open ? 1 : 0); ++i) {
    const std::size_t at = bcd && config_.endian == Endian::little ? begin + config_.length_size - 1 - i : begin + i;
    if (at >= frame.size()) return {Measure::Kind::more, at + 1, 0, 0, 0};
    const auto byte = static_cast<unsigned char>(frame[at]);
    if (bcd) {
      if (byte >> 4U > 9 || (byte & 0xFU) > 9) return field;
      field.value = field.value * 100 + (byte >> 4U) * 10U + (byte & 0xFU);
      any = true;
    } else if (const int d = digit(frame[at], hex); d >= 0) {
      field.value = field.value * (hex ? 16U : 10U) + static_cast<unsigned>(d);
      any = true;
    } else if (open && any) {
      const Bytes rest = frame.substr(at);
      if (rest.size() < config_.terminator.size() && Bytes(config_.terminator).starts_with(rest))
        return {Measure::Kind::more, at + config_.terminator.size(), 0, 0, 0};
      if (!rest.starts_with(config_.terminator)) return field;
      return {Measure::Kind::whole, 0, begin, at + config_.terminator.size(), field.value};
    } else if (any || frame[at] != ' ') {
      return field;
    }
  }
  if (open || !any) return field;
  return {Measure::Kind::whole, 0, begin, begin + config_.length_size, field.value};
}

/// Seven bits a byte, the lowest first; the highest bit says that more follow.
Shape::Field LengthFieldShape::varint(Bytes frame, std::size_t begin) const {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < config_.length_size; ++i) {
    if (begin + i >= frame.size()) return {Measure::Kind::more, begin + i + 1, 0, 0, 0};
    const auto byte = static_cast<unsigned char>(frame[begin + i]);
    value |= std::uint64_t{byte & 0x7FU} << (7 * i);
    if (byte < 0x80) return {Measure::Kind::whole, 0, begin, begin + i + 1, value};
  }
  return {Measure::Kind::bad, 0, begin, begin + config_.length_size, 0};
}

Shape::Field LengthFieldShape::field(Bytes frame) {
  std::size_t begin = config_.length_offset;
  if (!config_.after.empty()) {
    const Bytes near = frame.substr(0, config_.common.max_length);
    const std::size_t found = begin < near.size() ? near.find(config_.after, std::max(begin, searched_)) : Bytes::npos;
    searched_ = found == Bytes::npos ? near.size() - std::min(near.size(), config_.after.size() - 1) : found;
    if (found == Bytes::npos) {
      const bool hopeless = frame.size() >= config_.common.max_length;
      return {hopeless ? Measure::Kind::bad : Measure::Kind::more, frame.size() + 1, 0, 1, 0};
    }
    begin = found + config_.after.size();
  }
  std::size_t need = begin + config_.length_size;
  for (const Addend& addend : config_.addends) need = std::max(need, addend.offset + addend.size);
  if (config_.encoding == Encoding::uint) {
    if (frame.size() < need) return {Measure::Kind::more, need, 0, 0, 0};
    const Bytes bytes = frame.substr(begin, config_.length_size);
    return {Measure::Kind::whole, 0, begin, begin + config_.length_size, number(bytes, config_.endian)};
  }
  const Field field = config_.encoding == Encoding::varint ? varint(frame, begin) : digits(frame, begin);
  if (field.kind != Measure::Kind::whole || config_.addends.empty() || frame.size() >= need) return field;
  return {Measure::Kind::more, need, 0, 0, 0};
}

std::int64_t LengthFieldShape::length(Bytes frame, const Field& field, std::int64_t value) const {
  std::int64_t length = value + config_.length_adjust;
  for (const Addend& addend : config_.addends)
    length += scaled(number(frame.substr(addend.offset, addend.size), addend.endian), addend.mask, addend.scale);
  if (config_.from != From::frame_start)
    length += std::int64_t(config_.from == From::length_end ? field.end : field.begin);
  const auto block = static_cast<std::int64_t>(config_.round_up);
  return length > 0 ? (length + block - 1) / block * block : length;
}

/// What is wrong with such a length; nothing where it can be.
std::optional<Measure> LengthFieldShape::refuse(std::int64_t length, const Field& field, std::size_t there) {
  const std::size_t least = std::max(field.end + (config_.end.empty() ? 0 : 1), config_.min_length);
  if (length < static_cast<std::int64_t>(least)) return Measure::bad("bad_length", field.end);
  const std::size_t most = config_.common.max_length;
  if (length <= static_cast<std::int64_t>(most)) return std::nullopt;
  // What verifies a frame finds the next one inside of what claims to be one; without, the claim is all there is.
  const bool verified = !config_.common.start.empty() && (config_.common.verifies() || !config_.end.empty());
  if (verified || length > static_cast<std::int64_t>(most * believable))
    return Measure::bad(Measure::too_long_reason, field.end,
                        static_cast<std::size_t>(std::min(length, static_cast<std::int64_t>(most * believable))));
  const auto size = static_cast<std::size_t>(length);
  skip_ = size - std::min(size, there);
  return Measure::too_long(size - skip_);
}

Measure LengthFieldShape::finish(Bytes frame, std::size_t on_wire, const Field& field) const {
  return Measure::whole(frame, on_wire, config_.strip_header ? field.end : config_.strip);
}

/// The frame ends at the first `end` behind its header.
Measure LengthFieldShape::scan(Bytes rest, const Field& field) {
  const std::size_t most = std::min(rest.size(), config_.common.max_length);
  const Bytes frame = rest.substr(0, most);
  const std::size_t at = config_.end.find(frame, std::max(field.end, scanned_));
  const Markers::Match found = at < most ? config_.end.match(frame, at) : Markers::Match{};
  if (found.length > 0) {
    scanned_ = 0;
    return finish(rest.substr(0, at + found.length), at + found.length, field);
  }
  if (rest.size() >= config_.common.max_length) return Measure::bad("bad_end", config_.common.max_length);
  scanned_ = at;
  return Measure::more(rest.size() + 1);
}

Measure LengthFieldShape::measure(Bytes rest) {
  const Measure measured = config_.escape ? measure_escaped(rest) : measure_plain(rest);
  if (measured.kind != Measure::Kind::more) searched_ = undone_ = 0;
  return measured;
}

Measure LengthFieldShape::measure_plain(Bytes rest) {
  const Field f = field(rest);
  if (f.kind == Measure::Kind::more) return Measure::more(f.need);
  if (f.kind == Measure::Kind::bad) return Measure::bad("bad_length", f.end);
  const std::int64_t total = length(rest, f, scaled(f.value, config_.mask, config_.scale));
  if (const auto refused = refuse(total, f, rest.size())) {
    if (config_.scan && refused->kind == Measure::Kind::bad) return scan(rest, f);
    return *refused;
  }
  const auto size = static_cast<std::size_t>(total);
  if (rest.size() < size) return Measure::more(size);
  const Bytes frame = rest.substr(0, size);
  if (!config_.end.empty()) {
    const auto ends = [frame](const std::string& end) { return frame.ends_with(end); };
    if (std::none_of(config_.end.list().begin(), config_.end.list().end(), ends))
      return config_.scan ? scan(rest, f) : Measure::bad("bad_end", size);
  }
  return finish(frame, size, f);
}

Measure LengthFieldShape::measure_escaped(Bytes rest) {
  if (undone_ == 0) {
    undone_ = config_.common.start.match(rest, 0).length;
    scratch_.assign(rest.substr(0, undone_));
  }
  std::size_t need = config_.length_offset + 1;
  for (;;) {
    if (scratch_.size() < need) {
      const Escape::Undone undone = config_.escape.undo(rest.substr(undone_), scratch_, need - scratch_.size());
      undone_ += undone.used;
      if (undone.bad) return Measure::bad("bad_escape", undone_ + 1);
      if (scratch_.size() < need) return Measure::more(rest.size() + 1);
    }
    const Field f = field(scratch_);
    if (f.kind == Measure::Kind::bad) return Measure::bad("bad_length", f.end);
    if (f.kind == Measure::Kind::more) {
      need = f.need;
      continue;
    }
    const std::int64_t total = length(scratch_, f, scaled(f.value, config_.mask, config_.scale));
    if (const auto refused = refuse(total, f, rest.size())) {
      skip_ = 0;  // it counts bytes without escapes
      return Measure::bad(refused->reason, f.end, refused->claim);
    }
    const auto size = static_cast<std::size_t>(total);
    if (scratch_.size() < size) {
      need = size;
      continue;
    }
    const Bytes frame = Bytes(scratch_).substr(0, size);
    const auto ends = [frame](const std::string& end) { return frame.ends_with(end); };
    const auto& all = config_.end.list();
    if (!all.empty() && std::none_of(all.begin(), all.end(), ends)) return Measure::bad("bad_end", undone_);
    return finish(frame, undone_, f);
  }
}

}  // namespace fieldgate::framing
