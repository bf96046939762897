// Lines of keys and values: logfmt and its kin.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "codec/codec.hpp"
#include "codec/text_field.hpp"
#include "codec/written.hpp"
#include "script/pattern.hpp"

namespace fieldgate::codec {

/// temperature=21.5 state="on air". Each line of a frame with at least one pair is a message; what has no value is
/// passed over, as in logfmt. In quotes, backslashes escape as in JSON. Of keys that come again the last one counts.
class KeyValue final : public Codec {
 public:
  static constexpr std::string_view type = "key_value";
  static constexpr std::string_view meaning = "Lines of keys and values: temperature=21.5 state=\"on air\" (logfmt).";
  static constexpr std::size_t max_pairs = 256;

  struct Config {
    std::vector<TextField> fields;
    std::string separator = " ";
    std::string assign = "=";
    char quote = '"';
    std::string prefix;
    bool others = true;
    std::string pattern;  ///< each match is a pair; instead of lines

    static Config read(config::Section& section);
    bool operator==(const Config&) const = default;
  };

  KeyValue(const Config& config, const expression::Paths& paths);

  std::optional<Failure> decode(Bytes frame, Receiver& out) override;
  Result<void> encode(std::string_view json, std::string& out) const override;
  void trace(Trace* trace) override { trace_ = trace; }

 private:
  struct Pair {
    std::string_view key;
    TextSource value;
  };

  std::optional<Failure> take_matches(Bytes frame);
  std::optional<Failure> take_line(Bytes& rest);
  std::optional<Failure> take_pair(Bytes& rest);
  std::optional<Failure> take_quoted(Bytes& rest, TextSource& value);
  std::optional<Failure> append_line(Bytes frame);
  bool at_separator(Bytes rest) const;
  void append_others(std::string& json, Bytes frame);

  const Config config_;
  std::vector<std::string> names_;  // the keys that fields are read from
  TextFields fields_;
  std::optional<script::Pattern> pattern_;
  std::vector<std::string_view> groups_;
  std::size_t key_ = 0;
  std::size_t value_ = 0;
  std::vector<Pair> pairs_;
  std::vector<TextSource> sources_;
  std::string unquoted_;
  Written written_;
  Trace* trace_ = nullptr;
};

}  // namespace fieldgate::codec
