// Frames of bytes, whose fields the configuration lays out.
#pragma once

#include <string>
#include <vector>

#include "codec/codec.hpp"
#include "codec/json_checker.hpp"
#include "codec/layout.hpp"

namespace fieldgate::codec {

class LayoutDecoder;

/// Numbers of any width, bits, BCD, text, times, groups, repeats, tags with lengths, choices by what was read. One
/// frame is one message, or as many as the repeat named by `split` has items. Kaitai Struct's semantics where nothing
/// else is said (doc.kaitai.io).
class Binary final : public Codec {
 public:
  static constexpr std::string_view type = "binary";
  static constexpr std::string_view meaning =
      "Bytes in fields, as a data sheet lays them out; also written by the same list.";

  struct Config {
    Layout layout;

    static Config read(config::Section& section);
    bool operator==(const Config&) const = default;
  };

  Binary(const Config& config, const expression::Paths& paths);
  ~Binary() override;

  std::optional<Failure> decode(Bytes frame, Receiver& out) override;
  Result<void> encode(std::string_view json, std::string& out) const override;
  Bytes raw_field(expression::Slot slot) const override;
  void trace(Trace* trace) override;

 private:
  void give_whole(Receiver& out);
  void give_records(Receiver& out);
  void append_kept(std::size_t begin, std::size_t end);

  Layout layout_;
  std::unique_ptr<LayoutDecoder> decoder_;
  const expression::Paths& paths_;
  JsonChecker checker_;
  std::vector<Value> picked_;
  std::string json_;
};

}  // namespace fieldgate::codec
