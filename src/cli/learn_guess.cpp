// Guessing framings: what is worth a trial on these bytes.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <set>

#include "cli/learn.hpp"
#include "cli/terminal.hpp"

namespace fieldgate::cli {
namespace {

std::string hex(std::string_view bytes) {
  std::string out = "0x";
  for (const char c : bytes) out += fmt::format("{:02x}", static_cast<unsigned char>(c));
  return out;
}

/// The pieces of the capture; where there is one only, the whole.
std::vector<Bytes> pieces_of(const Capture& capture) {
  std::vector<Bytes> out;
  for (std::size_t i = 0; i < capture.pieces.size(); ++i) {
    const std::size_t end = i + 1 < capture.pieces.size() ? capture.pieces[i + 1] : capture.bytes.size();
    if (end > capture.pieces[i]) out.push_back(Bytes(capture.bytes).substr(capture.pieces[i], end - capture.pieces[i]));
  }
  return out;
}

void add(std::vector<Proposal>& out, std::string yaml, double prior, std::string evidence = {}) {
  Proposal proposal;
  proposal.yaml = std::move(yaml);
  proposal.prior = prior;
  if (!evidence.empty()) proposal.evidence.push_back(std::move(evidence));
  out.push_back(std::move(proposal));
}

void known_types(const gateway::Catalogue& catalogue, std::vector<Proposal>& out) {
  for (const auto& type : catalogue.framers.types()) {
    if (type.name == "datagram") continue;
    const bool is_plain = type.name == "int8" || type.name == "int16" || type.name == "int32" || type.name == "varint";
    add(out, fmt::format("{{ type: {} }}", type.name), is_plain ? 0 : 6, std::string(type.meaning));
  }
}

/// What pieces, and the whole, end with.
void delimiters(const Capture& capture, std::vector<Proposal>& out) {
  std::map<std::string, std::size_t> ends;
  for (const Bytes piece : pieces_of(capture)) {
    for (std::size_t size = 1; size <= 3 && size < piece.size(); ++size)
      ++ends[std::string(piece.substr(piece.size() - size))];
  }
  for (const std::string_view usual : {";", "#", "$", "\r", ")", "]", "!", "&", "}", "^", "##", "##\r\n"}) {
    if (capture.bytes.ends_with(usual)) ++ends[std::string(usual)];
  }
  if (capture.bytes.ends_with('\0')) ++ends[std::string(1, '\0')];
  std::vector<std::pair<std::size_t, std::string>> often;
  for (const auto& [end, count] : ends) often.emplace_back(count, end);
  std::sort(often.rbegin(), often.rend());
  if (often.size() > 12) often.resize(12);
  for (const auto& [count, end] : often)
    add(out, fmt::format("{{ type: delimiter, delimiters: [{}] }}", hex(end)), static_cast<double>(end.size()));
}

void markers(const Capture& capture, std::vector<Proposal>& out) {
  constexpr std::array<std::string_view, 4> escapes = {"", ", escape: { map: { 0x7d01: 0x7d, 0x7d02: 0x7e } }",
                                                       ", escape: { byte: 0x7d, xor: 0x20 }",
                                                       ", escape: { map: { 0xdbdc: 0xc0, 0xdbdd: 0xdb } }"};
  const std::string& bytes = capture.bytes;
  for (std::size_t first = 1; first <= 2; ++first) {
    for (std::size_t last = 1; last <= 2; ++last) {
      if (bytes.size() < first + last + 1) continue;
      const std::string start = bytes.substr(0, first);
      const std::string end = bytes.substr(bytes.size() - last);
      for (const std::string_view escape : escapes) {
        const bool is_used = escape.empty() || bytes.find('\x7d') != std::string::npos ||
                             (bytes.find('\xdb') != std::string::npos && escape.find("db") != std::string_view::npos);
        if (!is_used) continue;
        const std::string shared = start == end && first == 1 ? ", shared_flag: true" : "";
        add(out,
            fmt::format("{{ type: start_end, start: {}, end: {}, strip: true{}{} }}", hex(start), hex(end), shared,
                        escape),
            static_cast<double>(first + last) + (escape.empty() ? 0.5 : 0));
      }
    }
  }
}

struct LengthField {
  std::size_t offset, size;
  bool little;
  std::uint64_t scale;
  std::int64_t adjust;
  std::vector<Bytes> frames;
};

/// Cuts the whole by it; false where it does not come out even.
bool chain(Bytes rest, LengthField& field) {
  constexpr std::size_t most_frame = 8192;
  const std::size_t header = field.offset + field.size;
  while (!rest.empty()) {
    if (rest.size() < header) return false;
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < field.size; ++i)
      value = value << 8 | static_cast<unsigned char>(rest[field.offset + (field.little ? field.size - 1 - i : i)]);
    const std::int64_t size =
        static_cast<std::int64_t>(header + std::min<std::uint64_t>(value * field.scale, most_frame)) + field.adjust;
    if (size < static_cast<std::int64_t>(header) || static_cast<std::uint64_t>(size) > rest.size()) return false;
    field.frames.push_back(rest.substr(0, static_cast<std::size_t>(size)));
    rest.remove_prefix(static_cast<std::size_t>(size));
  }
  return true;
}

std::size_t common_front(const std::vector<Bytes>& frames) {
  std::size_t size = frames.front().size();
  for (const Bytes frame : frames)
    size = std::min<std::size_t>(
        size, static_cast<std::size_t>(
                  std::mismatch(frame.begin(), frame.end(), frames.front().begin(), frames.front().end()).first -
                  frame.begin()));
  return size;
}

std::size_t common_back(const std::vector<Bytes>& frames) {
  std::size_t size = frames.front().size();
  for (const Bytes frame : frames)
    size = std::min<std::size_t>(
        size, static_cast<std::size_t>(
                  std::mismatch(frame.rbegin(), frame.rend(), frames.front().rbegin(), frames.front().rend()).first -
                  frame.rbegin()));
  return size;
}

void add_length(const LengthField& field, std::vector<Proposal>& out) {
  const std::size_t front = std::min({common_front(field.frames), field.offset, std::size_t{2}});
  const std::size_t back = std::min(common_back(field.frames), std::size_t{2});
  std::string yaml = "{ type: length_field";
  if (front > 0) yaml += ", start: " + hex(field.frames.front().substr(0, front));
  yaml += fmt::format(", length_offset: {}, length_size: {}", field.offset, field.size);
  if (field.little) yaml += ", endian: little";
  if (field.scale != 1) yaml += fmt::format(", length_scale: {}", field.scale);
  if (field.adjust != 0) yaml += fmt::format(", length_adjust: {}", field.adjust);
  const bool has_end = back > 0 && field.frames.size() > 2 && field.adjust >= static_cast<std::int64_t>(back);
  if (has_end) yaml += ", end: " + hex(field.frames.front().substr(field.frames.front().size() - back));
  std::set<std::size_t> sizes;
  for (const Bytes frame : field.frames) sizes.insert(frame.size());
  // One frame, or frames of one size, say nothing of where the length stands.
  const bool tells = sizes.size() > 1;
  const double prior =
      (tells ? 2.0 * static_cast<double>(front) + 4.0 * static_cast<double>(std::min<std::size_t>(sizes.size() - 1, 4))
             : -12) -
      0.3 * static_cast<double>(field.offset) - (field.adjust < 0 ? 1 : 0) - (field.scale != 1 ? 3 : 0);
  add(out, yaml + " }", prior,
      fmt::format("the {} at byte {} ({}){}, plus {}, is the number of bytes behind it in all {} frames, of {} sizes",
                  field.size == 1 ? "byte" : fmt::format("{} bytes", field.size), field.offset,
                  field.size == 1 ? "a number"
                  : field.little  ? "little endian"
                                  : "big endian",
                  field.scale == 1 ? "" : fmt::format(" times {}", field.scale), field.adjust, field.frames.size(),
                  sizes.size()));
}

/// Those that make the whole come out even. A single frame says little, and nothing of words.
void try_adjustments(const Capture& capture, const LengthField& shape, std::vector<LengthField>& found) {
  for (std::int64_t adjust = -static_cast<std::int64_t>(shape.offset + shape.size); adjust <= 12; ++adjust) {
    LengthField field = shape;
    field.adjust = adjust;
    if (!chain(capture.bytes, field)) continue;
    if (field.frames.size() > 1 || (shape.offset <= 4 && shape.scale == 1)) found.push_back(std::move(field));
  }
}

void length_fields(const Capture& capture, std::vector<Proposal>& out) {
  constexpr std::size_t most = 12;
  const std::vector<Bytes> pieces = pieces_of(capture);
  std::vector<LengthField> found;
  for (std::size_t offset = 0; offset <= 24; ++offset) {
    for (const std::size_t size : {1U, 2U, 3U, 4U}) {
      for (const bool little : {false, true}) {
        if (little && size == 1) continue;
        for (const std::uint64_t scale : {1U, 2U})  // bytes, or words
          try_adjustments(capture, {offset, size, little, scale, 0, {}}, found);
      }
    }
  }
  const auto likely = [](const LengthField& f) {
    const auto front = static_cast<double>(std::min(common_front(f.frames), f.offset));
    const double many = std::min<double>(static_cast<double>(f.frames.size()), 20);
    return many * (front > 0 || f.offset == 0 ? 2 : 1) + 4 * front - static_cast<double>(f.offset) -
           (f.size == 3 ? 4 : 0);
  };
  std::stable_sort(found.begin(), found.end(),
                   [&](const LengthField& a, const LengthField& b) { return likely(a) > likely(b); });
  if (found.size() > most) found.resize(most);
  for (const LengthField& field : found) add_length(field, out);
}

/// A decimal number in the first bytes, and what ends it.
void ascii_lengths(const Capture& capture, std::vector<Proposal>& out) {
  const std::string& bytes = capture.bytes;
  const std::size_t from = bytes.find_first_of("0123456789");
  if (from == std::string::npos || from > 8) return;
  const std::size_t to = bytes.find_first_not_of("0123456789", from);
  if (to == std::string::npos || to - from > 6) return;
  for (std::size_t offset = from; offset < to && offset <= from + 1; ++offset) {
    for (std::int64_t adjust = -2; adjust <= 4; ++adjust) {
      std::string yaml = "{ type: length_field";
      if (offset > 0) yaml += ", start: " + hex(std::string_view(bytes).substr(0, std::min<std::size_t>(offset, 2)));
      yaml += fmt::format(", length_offset: {}, length_encoding: ascii, length_terminator: {}", offset,
                          hex(std::string_view(bytes).substr(to, 1)));
      if (adjust != 0) yaml += fmt::format(", length_adjust: {}", adjust);
      add(out, yaml + " }", 4, "a length in decimal digits, and what ends it");
    }
  }
}

void fixed_lengths(const Capture& capture, std::vector<Proposal>& out) {
  const std::string& bytes = capture.bytes;
  for (std::size_t length = 2; length <= 256 && length * 3 <= bytes.size(); ++length) {
    if (bytes.size() % length != 0) continue;
    std::size_t constant = 0;
    for (std::size_t column = 0; column < length; ++column) {
      bool same = true;
      for (std::size_t at = column; same && at < bytes.size(); at += length) same = bytes[at] == bytes[column];
      constant += same ? 1 : 0;
    }
    if (constant == 0) continue;
    add(out, fmt::format("{{ type: fixed, length: {} }}", length),
        -6 + 8.0 * static_cast<double>(constant) / static_cast<double>(length),
        fmt::format("every {} bytes, {} of them are the same", length, constant));
  }
}

}  // namespace

std::vector<Proposal> guesses(const Capture& capture, const gateway::Catalogue& catalogue) {
  std::vector<Proposal> out;
  known_types(catalogue, out);
  delimiters(capture, out);
  markers(capture, out);
  length_fields(capture, out);
  ascii_lengths(capture, out);
  fixed_lengths(capture, out);
  return out;
}

}  // namespace fieldgate::cli
