// Frames whose bytes are written as hex digits.
#pragma once

#include <memory>
#include <string>

#include "codec/codec.hpp"

namespace fieldgate::codec {

/// Undoes the digits, and gives the bytes to the codec inside.
class Hex final : public Codec {
 public:
  static constexpr std::string_view type = "hex";
  static constexpr std::string_view meaning = "Bytes written as hex digits; `codec` reads what they stand for.";

  struct Config {
    Factory codec;

    static Config read(config::Section& section);
    bool operator==(const Config&) const = default;
  };

  Hex(const Config& config, const expression::Paths& paths) : inner_(config.codec.make(paths)) {}

  std::optional<Failure> decode(Bytes frame, Receiver& out) override;
  Result<void> encode(std::string_view json, std::string& out) const override;

 private:
  std::unique_ptr<Codec> inner_;
  std::string bytes_;
};

}  // namespace fieldgate::codec
