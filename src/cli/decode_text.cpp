// Pieces of a stream as text for people and as JSON for machines.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "cli/decode_view.hpp"
#include "cli/operator_texts.hpp"

namespace fieldgate::cli {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t a_line = 16;
constexpr std::size_t most_dumped = 4096;

/// "[3, 5]", and for what is no whole bytes the bits of the first, counted from its most significant.
std::string range_text(const FieldRow& field) {
  const std::size_t from = field.bit / 8;
  const std::size_t to = std::max(from, (field.bit + field.bits + 7) / 8);
  std::string out = fmt::format("[{}, {}]", from, to);
  if (field.bits > 0 && (field.bit % 8 != 0 || field.bits % 8 != 0))
    out += fmt::format(" bit {}+{}", field.bit % 8, field.bits);
  return out;
}

std::string fields_text(const std::vector<FieldRow>& fields, const Painter& paint) {
  std::array<std::size_t, 4> width = {5, 5, 4, 3};
  std::vector<std::array<std::string, 5>> rows;
  for (const FieldRow& field : fields) {
    std::string value = fitting(field.value, 120);
    if (!field.unit.empty()) value += ' ' + field.unit;
    rows.push_back(
        {range_text(field), field.path.empty() ? "-" : field.path, field.type, fitting(field.raw, 60), value});
    for (std::size_t i = 0; i < width.size(); ++i) width[i] = std::max(width[i], rows.back()[i].size());
  }
  std::string out = paint(Style::dim, fmt::format("  {:{}}  {:{}}  {:{}}  {:{}}  value", "range", width[0], "field",
                                                  width[1], "type", width[2], "raw", width[3])) +
                    '\n';
  for (const auto& row : rows) {
    out += fmt::format("  {:{}}  {}  {:{}}  {:{}}  {}\n", row[0], width[0],
                       paint(Style::name, fmt::format("{:{}}", row[1], width[1])), row[2], width[2], row[3], width[3],
                       paint(Style::number, row[4]));
  }
  return out;
}

std::string headline(const Piece& piece, const Painter& paint) {
  const std::string where =
      piece.raw.empty() ? std::string()
                        : fmt::format(" at {}, {}", piece.offset, count_text(piece.raw.size(), "byte", "bytes"));
  switch (piece.kind) {
    case Piece::Kind::frame:
      return paint(Style::strong, "frame" + where);
    case Piece::Kind::aside:
      return paint(Style::strong, piece.reason + where);
    case Piece::Kind::rejected:
      break;
  }
  const std::string text = piece.text.empty() ? std::string(meaning_of(piece.reason)) : fitting(piece.text, 300);
  return paint(Style::bad, piece.reason + where) + (text.empty() ? "" : ": " + text);
}

}  // namespace

std::string_view meaning_of(std::string_view reason) {
  struct Meaning {
    std::string_view reason, text;
  };
  constexpr std::array<Meaning, 9> meanings = {{
      {"garbage_bytes", "bytes in front of the start of a frame"},
      {"too_long", "a frame longer than framing.max_length"},
      {"bad_length", "the length field says what cannot be"},
      {"bad_end", "where the frame should end stands something else"},
      {"bad_checksum", "the checksum in the frame is not that of its bytes"},
      {"bad_escape", "an escape that stands for nothing"},
      {"no_match", "no case of the switch fits"},
      {"discarded", "a case of the switch says: discard"},
      {"incomplete", "the datagram ends inside a frame"},
  }};
  const auto* found =
      std::find_if(meanings.begin(), meanings.end(), [reason](const Meaning& m) { return m.reason == reason; });
  return found == meanings.end() ? std::string_view() : found->text;
}

std::string hex_dump(std::string_view bytes, const Painter& paint) {
  std::string out;
  for (std::size_t at = 0; at < std::min(bytes.size(), most_dumped); at += a_line) {
    const std::string_view line = bytes.substr(at, a_line);
    std::string hex;
    std::string text;
    for (std::size_t i = 0; i < a_line; ++i) {
      if (i == a_line / 2) hex += ' ';
      hex += i < line.size() ? fmt::format("{:02x} ", static_cast<unsigned char>(line[i])) : "   ";
    }
    for (const char c : line) text += c >= 0x20 && c < 0x7f ? c : '.';
    out += fmt::format("  {}  {} {}\n", paint(Style::dim, fmt::format("{:04x}", at)), hex, paint(Style::dim, text));
  }
  if (bytes.size() > most_dumped) out += fmt::format("  .. {} bytes more\n", bytes.size() - most_dumped);
  return out;
}

std::string piece_text(const Piece& piece, const Painter& paint) {
  std::string out = headline(piece, paint) + '\n' + hex_dump(piece.raw, paint);
  if (piece.kind == Piece::Kind::frame && piece.entire != piece.raw)
    out += paint(Style::dim, "  as the ranges count it:") + '\n' + hex_dump(piece.entire, paint);
  const bool is_part = piece.payload_at > 0 || piece.payload_size < piece.entire.size();
  if (piece.kind == Piece::Kind::frame && is_part)
    out += fmt::format("  payload [{}, {}]\n", piece.payload_at, piece.payload_at + piece.payload_size);
  if (!piece.fields.empty()) out += fields_text(piece.fields, paint);
  for (const std::string& message : piece.messages)
    out += fmt::format("  {} {}\n", paint(Style::good, "message"), message);
  for (const auto& [reason, text] : piece.failures)
    out += fmt::format("  {} {}\n", paint(Style::bad, reason + ":"), text);
  for (const auto& [what, bytes] : piece.sent)
    out += fmt::format("  {} {}\n", paint(Style::good, what), hex_text(bytes));
  return out;
}

Json piece_json(const Piece& piece) {
  constexpr std::array<std::string_view, 3> kinds = {"frame", "rejected", "aside"};
  Json json = {{"kind", kinds[static_cast<std::size_t>(piece.kind)]},
               {"offset", piece.offset},
               {"length", piece.raw.size()},
               {"hex", hex_text(piece.raw)}};
  if (piece.kind != Piece::Kind::frame) json["reason"] = piece.reason;
  if (!piece.text.empty()) json["text"] = piece.text;
  if (piece.kind == Piece::Kind::frame) {
    if (piece.entire != piece.raw) json["unescaped"] = hex_text(piece.entire);
    json["payload"] = {piece.payload_at, piece.payload_at + piece.payload_size};
    json["fields"] = Json::array();
    for (const FieldRow& f : piece.fields) {
      Json value = Json::parse(f.value, nullptr, false);
      if (value.is_discarded()) value = f.value;
      json["fields"].push_back({{"path", f.path},
                                {"type", f.type},
                                {"range", {f.bit / 8, (f.bit + f.bits + 7) / 8}},
                                {"bit", f.bit},
                                {"bits", f.bits},
                                {"raw", f.raw},
                                {"value", std::move(value)},
                                {"unit", f.unit}});
    }
  }
  json["messages"] = Json::array();
  for (const std::string& message : piece.messages) json["messages"].push_back(Json::parse(message, nullptr, false));
  json["errors"] = Json::array();
  for (const auto& [reason, text] : piece.failures) json["errors"].push_back({{"reason", reason}, {"text", text}});
  json["sent"] = Json::array();
  for (const auto& [what, bytes] : piece.sent) json["sent"].push_back({{"what", what}, {"hex", hex_text(bytes)}});
  return json;
}

}  // namespace fieldgate::cli
