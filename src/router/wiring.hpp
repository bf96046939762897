// Who reads whom: the `inputs` of transforms and sinks, resolved and checked.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "config/problem.hpp"

namespace fieldgate::router {

/// A transform or a sink, as far as the wiring goes.
struct Stage {
  std::string name;
  std::string path;                 ///< in the file: "sinks.cloud"
  config::Mark mark;                ///< of its name
  std::vector<std::string> inputs;  ///< names and globs; none: every adapter
  std::vector<config::Mark> marks;  ///< of the inputs
  bool enabled = true;
};

struct Source {
  std::string name;
  std::string path;
  config::Mark mark;
};

/// The outputs of each adapter and of each transform: indexes of transforms, and indexes of sinks. Ordered so that a
/// message reaches sinks before transforms: what is unchanged goes first.
struct Wiring {
  struct Outputs {
    std::vector<std::size_t> sinks;
    std::vector<std::size_t> transforms;
  };
  std::vector<Outputs> adapters;
  std::vector<Outputs> transforms;
};

/// Resolves the inputs. Errors: unknown names, globs that match nothing, cycles, a transform that nothing reads.
/// Warning: an adapter that no sink reads.
Wiring resolve(const std::vector<Source>& adapters, const std::vector<Stage>& transforms,
               const std::vector<Stage>& sinks, config::Problems& problems);

}  // namespace fieldgate::router
