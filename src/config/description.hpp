// An option as it describes itself: its type, its default, its meaning.
#pragma once

#include <string>
#include <vector>

namespace fieldgate::config {

/// What the reference, `explain` and `schema` know of an option.
struct Description {
  std::string name;
  std::string type;      ///< "size", "duration", "text", "one of a, b", "list of ...", "section", "map of name to ..."
  std::string fallback;  ///< the default as the operator would write it; empty if required or a section
  std::string range;
  std::string meaning;
  bool is_required = false;
  bool is_secret = false;
  std::string
      kind;  ///< of an option that takes a type of the catalogue: "framing", "codec"; its options are described there
  std::vector<Description> options;  ///< of a section
  bool has_shorthand = false;        ///< of sections: texts may stand for them
};

}  // namespace fieldgate::config
