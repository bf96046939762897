// MessagePack, as devices on narrow links send it.
#pragma once

#include "codec/codec.hpp"
#include "codec/transcript.hpp"

namespace fieldgate::codec {

/// Appends the one MessagePack value that `frame` is to `out` as JSON: binaries as base64 text, NaN and infinities as
/// null, 64-bit integers exactly, keys as text, timestamps as RFC 3339 text (outside of the years 1 to 9999 as
/// seconds), other extensions as {"type": N, "base64": "..."}. At most 62 levels; `out` grows by at most twelve bytes
/// for each of the frame.
std::optional<Failure> append_msgpack_as_json(Bytes frame, std::string& out);

/// Transcribes MessagePack in one pass. A map is a message, an array of maps is a message each, any other value is
/// {"value": ...}.
class Msgpack final : public Codec {
 public:
  static constexpr std::string_view type = "msgpack";
  static constexpr std::string_view meaning =
      "MessagePack: a map is a message, an array of maps is a message each, anything else is {\"value\": ...}.";

  struct Config {
    static Config read(config::Section&) { return {}; }
    bool operator==(const Config&) const = default;
  };

  Msgpack(const Config&, const expression::Paths& paths) : documents_(paths) {}

  std::optional<Failure> decode(Bytes frame, Receiver& out) override;
  Result<void> encode(std::string_view json, std::string& out) const override;

 private:
  Transcribed documents_;
};

}  // namespace fieldgate::codec
