// Collecting what became of bytes, piece by piece.
#include "cli/decode_view.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <functional>

namespace fieldgate::cli {
namespace {

/// Whether `part` is a view of some of `whole`.
bool lies_in(Bytes part, Bytes whole) {
  const std::less_equal<> before;
  return !part.empty() && before(whole.data(), part.data()) &&
         before(part.data() + part.size(), whole.data() + whole.size());
}

std::string sums_text(const framing::Cut::Sums& sums) {
  const std::size_t digits = std::min<std::size_t>(2 * sums.size, 16);
  return fmt::format("the checksum is computed 0x{:0{}x}, but 0x{:0{}x} stands in the frame", sums.computed, digits,
                     sums.found, digits);
}

}  // namespace

DecodeView::DecodeView(const std::string& gateway)
    : environment_{gateway, {}}, encoder_(sink::Encoding{}, environment_, paths_, 0) {}

Piece& DecodeView::add(Piece::Kind kind, Bytes raw) {
  Piece piece;
  piece.kind = kind;
  piece.raw = raw;
  piece.offset = base_offset_ + (lies_in(raw, base_) ? static_cast<std::size_t>(raw.data() - base_.data()) : 0);
  pieces_.push_back(std::move(piece));
  return pieces_.back();
}

/// What comes before any bytes (a request at connect) has a piece of its own.
Piece& DecodeView::last() {
  if (pieces_.empty()) add(Piece::Kind::aside, {}).reason = "gateway";
  return pieces_.back();
}

void DecodeView::cut(const framing::Cut& cut, Bytes raw) {
  if (cut.kind == framing::Cut::Kind::incomplete) return;
  if (cut.kind == framing::Cut::Kind::rejected) {
    const bool goes_on = !pieces_.empty() && pieces_.back().kind == Piece::Kind::rejected &&
                         pieces_.back().reason == cut.reason && cut.reason == framing::Cut::garbage_bytes;
    if (goes_on) {
      pieces_.back().raw.append(raw);
    } else {
      Piece& piece = add(Piece::Kind::rejected, raw);
      piece.reason = cut.reason;
      if (cut.sums) piece.text = sums_text(*cut.sums);
    }
    return;
  }
  Piece& piece = add(Piece::Kind::frame, raw);
  piece.entire = cut.entire.empty() ? cut.frame : cut.entire;
  piece.payload_at =
      lies_in(cut.frame, cut.entire) ? static_cast<std::size_t>(cut.frame.data() - cut.entire.data()) : 0;
  piece.payload_size = cut.frame.size();
}

void DecodeView::aside(std::string_view what, Bytes raw) { add(Piece::Kind::aside, raw).reason = what; }

void DecodeView::message(const Message& message) {
  std::string json;
  static_cast<void>(encoder_.append(json, message));
  last().messages.push_back(std::move(json));
}

void DecodeView::failed(std::string_view reason, std::string_view text) {
  Piece& piece = last();
  if (piece.kind == Piece::Kind::rejected && piece.reason == reason) {
    piece.text = text;
  } else {
    piece.failures.emplace_back(reason, text);
  }
}

void DecodeView::sent(std::string_view what, Bytes bytes) { last().sent.emplace_back(what, bytes); }

void DecodeView::field(const Field& field) {
  Piece& piece = last();
  piece.fields.push_back({std::string(field.path), std::string(field.type), std::string(field.raw),
                          std::string(field.value), std::string(field.unit), piece.payload_at * 8 + field.bit,
                          field.bits});
}

}  // namespace fieldgate::cli
