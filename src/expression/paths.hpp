// The paths into documents that a configuration uses, each with a slot number.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace fieldgate::expression {

/// Number of a path; index into `Document::picked`.
using Slot = std::uint32_t;

/// Every path into `data` that any template or condition of the configuration uses. A codec picks them all in its one
/// pass over a document. Filled while the graph is built, constant while it runs.
class Paths {
 public:
  /// A step of the paths' tree: the root is node 0, whose value is the whole document.
  struct Node {
    static constexpr Slot no_slot = ~Slot{0};
    struct Child {
      std::string key;          ///< a member's name, or an index in decimal
      std::uint32_t index = 0;  ///< the key as an array index; `no_index` if it is none
      std::uint32_t node = 0;
    };
    static constexpr std::uint32_t no_index = ~std::uint32_t{0};
    Slot slot = no_slot;
    std::vector<Child> children;
  };

  Paths() : nodes_(1) {}

  /// The slot of a path given by its steps (`data.a.b` has two); the same path has the same slot. No steps: the whole
  /// document.
  Slot intern(const std::vector<std::string>& steps);

  /// How many slots there are.
  std::size_t size() const { return size_; }

  const Node& root() const { return nodes_[0]; }
  const Node& node(std::uint32_t index) const { return nodes_[index]; }

 private:
  std::vector<Node> nodes_;
  std::size_t size_ = 0;
};

}  // namespace fieldgate::expression
