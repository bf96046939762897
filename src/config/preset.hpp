// A type that is another one with options of its own: written in YAML, as an operator would write it.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "config/node.hpp"
#include "config/registry.hpp"
#include "config/section.hpp"

namespace fieldgate::config {

/// The options that a preset stands for. A file that uses it may name options of the same level beside it: they replace
/// the preset's.
class Preset {
 public:
  /// `yaml` is a map with a `type` that is no preset. Throws where it is none: it is part of the program.
  explicit Preset(std::string_view yaml);

  /// Reads `section`, whose `type` names this preset, by the type that it stands for. F is what the registry of types
  /// that the section's reader provides makes.
  template <class F>
  F read(Section& section) const {
    const auto& registry = section.reader().get<Registry<F>>();
    if (section.describing()) {
      describe_in(section, [&](Section& s) {
        for (const auto& type : registry.types()) {
          if (type.name == type_) type.read(s);
        }
      });
      return F();
    }
    F made;
    read_merged(section, [&](Section& merged) { made = registry.read(merged); });
    return made;
  }

 private:
  void describe_in(Section& section, const std::function<void(Section&)>& read_type) const;
  void read_merged(Section& section, const std::function<void(Section&)>& read) const;

  Node node_;
  std::string type_;
};

/// `node`, a map, with the entries of `over` in place of its own, and those it does not have.
Node merged_over(Node node, const Node& over);

}  // namespace fieldgate::config
