// NMEA 0183: sentences of marine instruments and receivers of positions.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "codec/calendar.hpp"
#include "codec/codec.hpp"
#include "codec/written.hpp"

namespace fieldgate::codec {

/// Each line of a frame is a sentence, and a message. Known sentences have named fields; others, and those of makers
/// that are not known, have them in `data`. Positions also come as `latitude` and `longitude` in degrees; a sentence
/// that has a date gives the message's time.
class Nmea0183 final : public Codec {
 public:
  static constexpr std::string_view type = "nmea0183";
  static constexpr std::string_view meaning =
      "NMEA 0183 (IEC 61162-1): each sentence is a message, with named fields where it is known.";
  static constexpr std::size_t max_fields = 128;

  enum class Checksum : unsigned char { optional, required, ignored };

  struct Config {
    Checksum checksum = Checksum::optional;

    static Config read(config::Section& section);
    bool operator==(const Config&) const = default;
  };

  Nmea0183(const Config& config, const expression::Paths& paths) : config_(config), written_(paths) {}

  std::optional<Failure> decode(Bytes frame, Receiver& out) override;
  Result<void> encode(std::string_view json, std::string& out) const override;
  void trace(Trace* trace) override { trace_ = trace; }

 private:
  /// What the fields of one sentence say together.
  struct Seen {
    std::string_view latitude, latitude_side, longitude, longitude_side;
    std::optional<Civil> clock;
    std::optional<Civil> date;
    double year = 0, month = 0, day = 0;
    std::optional<bool> valid;

    std::optional<Civil> whole_date() const;
  };

  std::optional<Failure> append(std::string_view line);
  std::optional<Failure> check(std::string_view& line) const;
  /// The fields between the mark and the checksum. What is refused here is neither read nor written: a sentence is
  /// printable ASCII and begins with its name (IEC 61162-1, 7.2.1 and 7.2.3).
  static std::optional<Failure> split(std::string_view sentence, std::vector<std::string_view>& fields);
  std::string_view append_head(std::string_view tag);
  void append_named(std::string_view names, std::size_t first, Seen& seen);
  void append_field(std::string_view name, char kind, std::string_view text, Seen& seen);
  void append_list(std::string_view name, std::size_t first);
  void append_together(Seen& seen);
  void begin_member(std::string_view name);
  std::size_t offset(const char* at) const { return static_cast<std::size_t>(at - frame_.data()); }
  void tell(std::string_view name, std::string_view text, std::size_t value);

  const Config config_;
  Bytes frame_;
  std::vector<std::string_view> fields_;
  Written written_;
  Trace* trace_ = nullptr;
};

/// The names of the fields of the sentence that is called so: "RMC", or "PGRME", "PTNL,PJK" of a maker. Separated by
/// blanks; behind a name # is a number, @ a time of day, % a date, ! a status that is A if valid, ^ one that is 0 if
/// not, * all that follow. Empty if it is not known.
std::string_view nmea0183_fields(std::string_view sentence);

}  // namespace fieldgate::codec
