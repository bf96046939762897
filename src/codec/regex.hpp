// Text that patterns take apart: named groups become fields.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "codec/codec.hpp"
#include "codec/grok.hpp"
#include "codec/text_field.hpp"
#include "codec/written.hpp"
#include "script/pattern.hpp"

namespace fieldgate::codec {

/// The first pattern that matches gives the message, or all that match together: named groups are members, as text
/// unless `fields` says otherwise. A group that took no part is left out. In linear time (RE2).
class Regex final : public Codec {
 public:
  static constexpr std::string_view type = "regex";
  static constexpr std::string_view meaning =
      "Text by patterns with named groups: \"T=(?P<temperature>[-0-9.]+)\", or grok's \"%{NUMBER:temperature:float}\".";

  /// Whether the first pattern that matches gives the message, or all that do give one.
  enum class Matches : unsigned char { first, merge };

  /// A pattern, which compiles, and what is read of its groups before what `fields` of the codec read of any.
  struct Item {
    ExpandedPattern expanded;
    std::vector<TextField> fields;
    bool operator==(const Item&) const = default;
  };

  struct Config {
    std::vector<Item> patterns;  ///< in the order they are tried
    std::vector<TextField> fields;
    bool whole = false;
    Matches matches = Matches::first;

    static Config read(config::Section& section);
    bool operator==(const Config&) const = default;
  };

  Regex(const Config& config, const expression::Paths& paths);

  std::optional<Failure> decode(Bytes frame, Receiver& out) override;
  void trace(Trace* trace) override { trace_ = trace; }

 private:
  struct Part {
    script::Pattern pattern;
    std::vector<std::size_t> sources;  // of each group; `unnamed` for those without a name
  };
  /// What gives a message: one pattern, or all of them.
  struct Alternative {
    std::vector<Part> parts;
    std::size_t source_count = 0;
    TextFields fields;
  };
  static constexpr std::size_t unnamed = ~std::size_t{0};

  void add(std::span<const Item> items, const std::vector<TextField>& shared);
  bool match(const Alternative& alternative, Bytes frame);
  std::optional<Failure> deliver(Alternative& matched, Bytes frame, Receiver& out);

  std::vector<Alternative> alternatives_;
  bool whole_;
  std::vector<std::string_view> groups_;
  std::vector<TextSource> sources_;
  Written written_;
  Trace* trace_ = nullptr;
};

/// What a message of these patterns is read from and has: its sources are the groups, each name once, and those of a
/// pattern that its own fields are read from. Of fields with one name the first that is there counts.
struct RegexPlan {
  std::vector<std::string> sources;
  std::vector<std::vector<std::size_t>> groups;  ///< of each pattern: the sources of its named groups, in order
  std::vector<TextField> fields;                 ///< columns among them

  /// Of the `shared` fields, those whose groups these patterns have.
  RegexPlan(std::span<const Regex::Item> items, const std::vector<TextField>& shared);
};

}  // namespace fieldgate::codec
