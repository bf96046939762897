// SipHash-1-3: a hash for keys that peers choose, with a seed that they cannot know (Aumasson, Bernstein 2012).
#pragma once

#include <bit>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace fieldgate {

/// The same key in another process, with another seed, has another hash: nobody can make them collide.
class SipHash {
 public:
  using is_transparent = void;

  /// With a seed from the system's random numbers.
  SipHash();
  SipHash(std::uint64_t key0, std::uint64_t key1) : key0_(key0), key1_(key1) {}

  std::uint64_t operator()(std::string_view text) const {
    State state{key0_ ^ 0x736f6d6570736575, key1_ ^ 0x646f72616e646f6d, key0_ ^ 0x6c7967656e657261,
                key1_ ^ 0x7465646279746573};
    const auto length = static_cast<std::uint64_t>(text.size());
    while (text.size() >= 8) {
      state.take(word(text.substr(0, 8)));
      text.remove_prefix(8);
    }
    state.take(word(text) | length << 56);
    state.v2 ^= 0xff;
    state.round();
    state.round();
    state.round();
    return state.v0 ^ state.v1 ^ state.v2 ^ state.v3;
  }

 private:
  struct State {
    std::uint64_t v0, v1, v2, v3;

    void round() {
      v0 += v1, v1 = std::rotl(v1, 13), v1 ^= v0, v0 = std::rotl(v0, 32);
      v2 += v3, v3 = std::rotl(v3, 16), v3 ^= v2;
      v0 += v3, v3 = std::rotl(v3, 21), v3 ^= v0;
      v2 += v1, v1 = std::rotl(v1, 17), v1 ^= v2, v2 = std::rotl(v2, 32);
    }
    void take(std::uint64_t word) {
      v3 ^= word;
      round();
      v0 ^= word;
    }
  };

  /// Up to eight bytes, little endian.
  static std::uint64_t word(std::string_view bytes) {
    std::uint64_t value = 0;
    if constexpr (std::endian::native == std::endian::little) {
      if (!bytes.empty()) std::memcpy(&value, bytes.data(), bytes.size());
    } else {
      for (std::size_t i = 0; i < bytes.size(); ++i)
        value |= std::uint64_t{static_cast<unsigned char>(bytes[i])} << 8 * i;
    }
    return value;
  }

  std::uint64_t key0_;
  std::uint64_t key1_;
};

}  // namespace fieldgate
