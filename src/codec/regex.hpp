// Text that patterns take apart: named groups become fields.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "codec/codec.hpp"
#include "codec/grok.hpp"
#include "codec/text_field.hpp"
#include "codec/written.hpp"
#include "script/pattern.hpp"

namespace fieldgate::codec {

/// The first pattern that matches gives the message: its named groups are members, as text unless `fields` says
/// otherwise. A group that took no part is left out. In linear time (RE2).
class Regex final : public Codec {
 public:
  static constexpr std::string_view type = "regex";
  static constexpr std::string_view meaning =
      "Text by patterns with named groups: \"T=(?P<temperature>[-0-9.]+)\", or grok's \"%{NUMBER:temperature:float}\".";

  struct Config {
    std::vector<ExpandedPattern> patterns;  ///< in the order they are tried; all of them compile
    std::vector<TextField> fields;
    bool whole = false;

    static Config read(config::Section& section);
    bool operator==(const Config&) const = default;
  };

  Regex(const Config& config, const expression::Paths& paths);

  std::optional<Failure> decode(Bytes frame, Receiver& out) override;
  void trace(Trace* trace) override { trace_ = trace; }

 private:
  struct Alternative {
    script::Pattern pattern;
    std::vector<std::size_t> sources;  // of each group; `unnamed` for those without a name
    std::size_t source_count;
    TextFields fields;
  };
  static constexpr std::size_t unnamed = ~std::size_t{0};

  void add(const ExpandedPattern& expanded, const std::vector<TextField>& fields);
  std::optional<Failure> deliver(Alternative& matched, Bytes frame, Receiver& out);

  std::vector<Alternative> alternatives_;
  bool whole_;
  std::vector<std::string_view> groups_;
  std::vector<TextSource> sources_;
  Written written_;
  Trace* trace_ = nullptr;
};

}  // namespace fieldgate::codec
