// CBOR (RFC 8949), as devices on narrow links send it.
#pragma once

#include "codec/codec.hpp"
#include "codec/transcript.hpp"

namespace fieldgate::codec {

/// Appends the one CBOR item that `frame` is to `out` as JSON (RFC 8949, section 6.1): byte strings as base64 text,
/// NaN, infinities and undefined as null, bignums and 64-bit integers as exact numbers, keys as text, other tags as
/// what they hold. At most 62 levels; `out` grows by at most eight bytes for each of the frame. `scratch` holds strings
/// that come in pieces.
std::optional<Failure> append_cbor_as_json(Bytes frame, std::string& out, std::string& scratch);

/// Transcribes CBOR in one pass. A map is a message, an array of maps is a message each, any other item is {"value":
/// ...}.
class Cbor final : public Codec {
 public:
  static constexpr std::string_view type = "cbor";
  static constexpr std::string_view meaning =
      "CBOR (RFC 8949): a map is a message, an array of maps is a message each, anything else is {\"value\": ...}.";

  struct Config {
    static Config read(config::Section&) { return {}; }
    bool operator==(const Config&) const = default;
  };

  Cbor(const Config&, const expression::Paths& paths) : documents_(paths) {}

  std::optional<Failure> decode(Bytes frame, Receiver& out) override;
  Result<void> encode(std::string_view json, std::string& out) const override;

 private:
  Transcribed documents_;
  std::string scratch_;
};

}  // namespace fieldgate::codec
