// SipHash: its seed.
#include "message/siphash.hpp"

#include <random>

namespace fieldgate {

SipHash::SipHash() {
  std::random_device random;
  const auto word = [&random] { return std::uint64_t{random()} << 32 | random(); };
  key0_ = word();
  key1_ = word();
}

}  // namespace fieldgate
