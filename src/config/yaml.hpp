// YAML text into a tree of nodes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "config/files.hpp"
#include "config/node.hpp"
#include "config/problem.hpp"

namespace fieldgate::config {

/// What the nodes of all files may weigh together, so that a short file with aliases of aliases cannot fill the memory:
/// one for each node and one for each 32 bytes of its text.
inline constexpr std::size_t most_weight = 100'000;

/// Parses one file, which must be UTF-8. Takes what its nodes weigh, aliases written out, from `weight_left`. Reports
/// duplicate keys, merge keys, tags, cyclic aliases, deep nesting and second documents. Nothing after a problem that
/// leaves no tree.
std::optional<Node> parse_yaml(const Files& files, std::uint32_t file, std::size_t& weight_left, Problems& problems);

}  // namespace fieldgate::config
