// JSON, as devices send it: an object is a message, an array is many.
#pragma once

#include "codec/codec.hpp"
#include "codec/json_checker.hpp"

namespace fieldgate::codec {

/// Forwards documents by reference, after one pass that checks them and picks what the configuration uses.
class Json final : public Codec {
 public:
  static constexpr std::string_view type = "json";
  static constexpr std::string_view meaning = "A JSON object, or an array of objects that become a message each.";

  struct Config {
    static Config read(config::Section&) { return {}; }
    bool operator==(const Config&) const = default;
  };

  Json(const Config&, const expression::Paths& paths) : checker_(paths) {}

  std::optional<Failure> decode(Bytes frame, Receiver& out) override;

 private:
  void deliver_items(std::string_view array, Receiver& out);

  JsonChecker checker_;
};

}  // namespace fieldgate::codec
