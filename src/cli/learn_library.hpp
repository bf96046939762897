// Finding out which of the shipped protocols captured bytes speak.
#pragma once

#include <string>
#include <vector>

#include "cli/learn.hpp"

namespace fieldgate::cli {

/// A shipped protocol that reads nearly all of the bytes, and would notice if they were others.
struct Recognized {
  std::string name;
  std::string meaning;
  std::size_t frames = 0;
  std::size_t messages = 0;
  std::size_t covered = 0;  ///< bytes in frames that could be read
  double noticed = 0;       ///< of flipped bits, the share that is not read any more
  std::string example;      ///< the data of its first message; empty: a login that is missing keeps it from any
};

/// The best, the best first; at most `most`.
std::vector<Recognized> recognize(const Capture& capture, const gateway::Catalogue& catalogue, std::size_t most);

}  // namespace fieldgate::cli
