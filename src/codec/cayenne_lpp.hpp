// Cayenne LPP, the payload of many LoRaWAN sensors.
#pragma once

#include <bitset>
#include <string>
#include <vector>

#include "codec/codec.hpp"
#include "codec/json_checker.hpp"

namespace fieldgate::codec {

/// myDevices' Low Power Payload 1.0 and the types that were added since (TTN's and ElectronicCats' libraries). The
/// document is as The Things Stack writes it: {"temperature_3": 27.2, "gps_1": {"latitude": .., ..}}. A frame that says
/// one of them again goes on in another message. Humidity in two bytes of 0.1 %, as some devices send it, is read where
/// the frame makes no sense with one of 0.5 %.
class CayenneLpp final : public Codec {
 public:
  static constexpr std::string_view type = "cayenne_lpp";
  static constexpr std::string_view meaning = "Cayenne LPP of LoRaWAN sensors: {\"temperature_3\": 27.2}.";

  struct Config {
    static Config read(config::Section&) { return {}; }
    bool operator==(const Config&) const = default;
  };

  CayenneLpp(const Config&, const expression::Paths& paths);

  std::optional<Failure> decode(Bytes frame, Receiver& out) override;
  Result<void> encode(std::string_view json, std::string& out) const override;
  void trace(Trace* trace) override { trace_ = trace; }

 private:
  std::optional<Failure> read(Bytes frame, std::size_t humidity_bytes);
  void append_item(std::size_t type, unsigned channel, Bytes value, std::size_t at);

  JsonChecker checker_;
  Trace* trace_ = nullptr;
  std::string json_;
  std::string name_;
  std::vector<std::size_t> ends_;           // of the documents in json_
  std::vector<std::bitset<256>> channels_;  // of the document at hand, by type
};

}  // namespace fieldgate::codec
