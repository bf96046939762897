// SenML (RFC 8428): packs of measurements, in JSON or CBOR.
#pragma once

#include <string>
#include <string_view>

#include "codec/codec.hpp"
#include "codec/json_checker.hpp"
#include "codec/written.hpp"

namespace fieldgate::codec {

/// Gives the records of a pack resolved (section 4.6): base values are added, names are whole, `t` is in seconds since
/// 1970. A record's time is the message's, where it is absolute; a relative one (section 4.5.3) stays in `t`.
class Senml final : public Codec {
 public:
  static constexpr std::string_view type = "senml";
  static constexpr std::string_view meaning = "SenML (RFC 8428): measurements with names and units, resolved.";

  enum class Format : unsigned char { automatic, json, cbor };
  enum class Messages : unsigned char { record, pack };

  struct Config {
    Format format = Format::automatic;
    Messages messages = Messages::record;

    static Config read(config::Section& section);
    bool operator==(const Config&) const = default;
  };

  Senml(const Config& config, const expression::Paths& paths);

  std::optional<Failure> decode(Bytes frame, Receiver& out) override;
  Result<void> encode(std::string_view json, std::string& out) const override;

 private:
  /// The base fields, which hold on from record to record.
  struct Base {
    std::string_view name, unit;
    double time = 0, value = 0, sum = 0;
    bool has_value = false, has_sum = false;
  };

  std::optional<Failure> append_record(const Document& record, Base& base, std::optional<TimePoint>& time, bool& empty);
  std::optional<Failure> read_base(const Document& record, Base& base) const;
  std::optional<Failure> append_name(const Document& record, const Base& base);
  std::optional<Failure> append_value(const Document& record, const Base& base, bool& has_value);
  void append_time(const Document& record, const Base& base, std::optional<TimePoint>& time);
  std::optional<Failure> append_rest(std::string_view record);
  void member(std::string_view name);

  const Config config_;
  expression::Paths labels_;
  JsonChecker checker_;
  std::string json_;  // of a pack in CBOR
  std::string scratch_;
  Written written_;
};

}  // namespace fieldgate::codec
