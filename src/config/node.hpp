// The tree of a configuration file: checked, with places, and free of the YAML library.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "config/problem.hpp"

namespace fieldgate::config {

/// One value of the file. What kind of text a scalar is (a number, a duration) is decided by the option that reads it.
struct Node {
  enum class Kind : std::uint8_t { empty, scalar, list, map };
  struct Entry;

  Kind kind = Kind::empty;
  Mark mark;           ///< of the value
  Mark place;          ///< of its key, where it has one: what a problem with the whole points at
  std::string text;    ///< of a scalar, after substitution
  std::string source;  ///< of a secret one: as it is written in the file

  bool quoted = false;       ///< written in quotes or as a block
  bool substituted = false;  ///< `${..}` was replaced in it
  bool secret = false;       ///< some of it came from `${file:}` or `${credential:}`
  bool unresolved = false;   ///< holds a `${..}` that `check --syntax` left as it is

  std::vector<Node> items;     ///< of a list
  std::vector<Entry> entries;  ///< of a map, in the order of the file; every key once

  bool is_scalar() const { return kind == Kind::scalar; }
  bool is_list() const { return kind == Kind::list; }
  bool is_map() const { return kind == Kind::map; }

  /// The entry of a map; null where there is none, and for what is no map.
  const Entry* entry(std::string_view key) const;
  /// Its value.
  const Node* find(std::string_view key) const;
  /// The keys of a map, for "did you mean".
  std::vector<std::string_view> keys() const;
};

struct Node::Entry {
  std::string key;
  Mark mark;
  Node value;
};

/// What a kind of node is called in messages: "a map", "a list", "text", "nothing".
std::string_view kind_name(Node::Kind kind);

/// True if the node, or anything in it, waits for a substitution that `check --syntax` does not make.
bool has_unresolved(const Node& node);

}  // namespace fieldgate::config
