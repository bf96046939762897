// InfluxDB's line protocol, version 2.
#pragma once

#include <string>
#include <string_view>

#include "codec/codec.hpp"
#include "codec/written.hpp"

namespace fieldgate::codec {

/// Each line of a frame is a message: {"measurement": "...", "tags": {...}, "fields": {...}}. Whole numbers stay whole,
/// others have a point. A line's timestamp is the message's time.
class Influx final : public Codec {
 public:
  static constexpr std::string_view type = "influx";
  static constexpr std::string_view meaning =
      "InfluxDB's line protocol: each line is a message {\"measurement\", \"tags\": {}, \"fields\": {}}.";

  struct Config {
    std::int64_t nanoseconds = 1;  ///< of a timestamp's unit

    static Config read(config::Section& section);
    bool operator==(const Config&) const = default;
  };

  Influx(const Config& config, const expression::Paths& paths) : config_(config), written_(paths) {}

  std::optional<Failure> decode(Bytes frame, Receiver& out) override;
  Result<void> encode(std::string_view json, std::string& out) const override;

 private:
  struct Set;  // characters that end a token, and those that a backslash escapes

  std::optional<Failure> take_line();
  std::optional<Failure> take_tags();
  std::optional<Failure> take_fields();
  std::optional<Failure> take_value();
  std::optional<Failure> take_number(std::string_view text);
  std::optional<Failure> take_time(std::optional<TimePoint>& time);
  std::optional<Failure> take_token(const Set& set);
  std::optional<Failure> fail(std::string_view text) const;
  bool skip_to_line();
  bool take_line_end();
  char next() const { return at_ < frame_.size() ? frame_[at_] : '\0'; }
  bool ended() const { return at_ == frame_.size(); }

  const Config config_;
  Bytes frame_;
  std::size_t at_ = 0;
  std::string token_;
  Written written_;
};

}  // namespace fieldgate::codec
