// What became of bytes, shown frame by frame: for people, and as JSON.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

#include "cli/terminal.hpp"
#include "expression/paths.hpp"
#include "protocol/observer.hpp"
#include "sink/encoder.hpp"

namespace fieldgate::cli {

/// A field of a frame. `from` and `to` count in the whole frame, as the ranges of a configuration do.
struct FieldRow {
  std::string path;
  std::string type;
  std::string raw;
  std::string value;
  std::string unit;
  std::size_t bit = 0;  ///< from the start of the whole frame
  std::size_t bits = 0;
};

/// Bytes that are done with: a frame, or what is none.
struct Piece {
  enum class Kind : std::uint8_t { frame, rejected, aside };
  Kind kind = Kind::frame;
  std::size_t offset = 0;  ///< in the stream
  std::string raw;         ///< as they came
  std::string entire;      ///< of a frame: escapes undone
  std::size_t payload_at = 0;
  std::size_t payload_size = 0;
  std::string reason;  ///< why it is no frame; or what stands aside: "heartbeat"
  std::string text;
  std::vector<FieldRow> fields;
  std::vector<std::string> messages;                          ///< JSON
  std::vector<std::pair<std::string, std::string>> failures;  ///< reason and text
  std::vector<std::pair<std::string, std::string>> sent;      ///< what, and its bytes
};

/// Collects pieces. Whoever gives bytes to the protocol says before where they stand.
class DecodeView final : public protocol::Observer {
 public:
  explicit DecodeView(const std::string& gateway);

  /// The bytes that the protocol is going to see, which begin at `offset` of their stream.
  void stands_at(Bytes bytes, std::size_t offset) { base_ = bytes, base_offset_ = offset; }

  /// What came since the last call.
  std::vector<Piece> take() { return std::exchange(pieces_, {}); }

  void cut(const framing::Cut& cut, Bytes raw) override;
  void aside(std::string_view what, Bytes raw) override;
  void message(const Message& message) override;
  void failed(std::string_view reason, std::string_view text) override;
  void sent(std::string_view what, Bytes bytes) override;
  void field(const Field& field) override;

 private:
  Piece& add(Piece::Kind kind, Bytes raw);
  Piece& last();

  expression::Environment environment_;
  expression::Paths paths_;
  sink::Encoder encoder_;
  std::vector<Piece> pieces_;
  Bytes base_;
  std::size_t base_offset_ = 0;
};

std::string piece_text(const Piece& piece, const Painter& paint);
nlohmann::ordered_json piece_json(const Piece& piece);

/// Lines of 16 bytes, each with its offset and its text.
std::string hex_dump(std::string_view bytes, const Painter& paint);

/// What a reason of a framer or protocol means, for people; empty where it says all itself.
std::string_view meaning_of(std::string_view reason);

}  // namespace fieldgate::cli
