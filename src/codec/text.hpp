// Frames of text that are nothing more.
#pragma once

#include "codec/codec.hpp"
#include "codec/json_checker.hpp"

namespace fieldgate::codec {

/// The document is {"text":"..."} (config.md, What a message is). Bytes that are not UTF-8 become U+FFFD.
class Text final : public Codec {
 public:
  static constexpr std::string_view type = "text";
  static constexpr std::string_view meaning = "Text as it is: {\"text\":\"...\"}.";

  struct Config {
    static Config read(config::Section&) { return {}; }
    bool operator==(const Config&) const = default;
  };

  Text(const Config&, const expression::Paths& paths) : checker_(paths) {}

  std::optional<Failure> decode(Bytes frame, Receiver& out) override;
  Result<void> encode(std::string_view json, std::string& out) const override;

 private:
  JsonChecker checker_;
  std::string json_;
};

}  // namespace fieldgate::codec
