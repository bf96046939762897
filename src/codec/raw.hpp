// Frames that nobody here understands.
#pragma once

#include "codec/codec.hpp"
#include "codec/json_checker.hpp"

namespace fieldgate::codec {

/// The document is {"base64":"..."} (config.md, What a message is).
class Raw final : public Codec {
 public:
  static constexpr std::string_view type = "raw";
  static constexpr std::string_view meaning = "Bytes as they are: {\"base64\":\"...\"}.";

  struct Config {
    static Config read(config::Section&) { return {}; }
    bool operator==(const Config&) const = default;
  };

  Raw(const Config&, const expression::Paths& paths) : checker_(paths) {}

  std::optional<Failure> decode(Bytes frame, Receiver& out) override;
  Result<void> encode(std::string_view json, std::string& out) const override;

 private:
  JsonChecker checker_;
  std::string json_;
};

}  // namespace fieldgate::codec
