// Looking at sixteen bytes at once, with SSE2 where there is one: what makes strings and lines cheap.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>

#ifdef __SSE2__
#include <emmintrin.h>
#endif

namespace fieldgate::scan {

/// How many bytes a block has.
inline constexpr std::size_t block = 16;

/// A bit for each of the sixteen bytes at `at` that cannot stand unexamined in a JSON string: quote, backslash,
/// control, not ASCII.
inline std::uint32_t string_stops(const char* at) {
#ifdef __SSE2__
  const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(at));
  const __m128i quote = _mm_cmpeq_epi8(bytes, _mm_set1_epi8('"'));
  const __m128i backslash = _mm_cmpeq_epi8(bytes, _mm_set1_epi8('\\'));
  const __m128i outside = _mm_cmplt_epi8(bytes, _mm_set1_epi8(0x20));  // signed: also 0x80 and above
  return static_cast<std::uint32_t>(_mm_movemask_epi8(_mm_or_si128(_mm_or_si128(quote, backslash), outside)));
#else
  std::uint32_t stops = 0;
  for (std::size_t i = 0; i < block; ++i) {
    const auto byte = static_cast<unsigned char>(at[i]);
    if (byte == '"' || byte == '\\' || byte < 0x20 || byte >= 0x80) stops |= std::uint32_t{1} << i;
  }
  return stops;
#endif
}

/// A bit for each of the sixteen bytes at `at` that is no decimal digit.
inline std::uint32_t non_digits(const char* at) {
#ifdef __SSE2__
  const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(at));
  const __m128i shifted =
      _mm_add_epi8(bytes, _mm_set1_epi8(static_cast<char>(0x80 - '0')));  // '0'..'9' become the ten lowest
  return static_cast<std::uint32_t>(
      _mm_movemask_epi8(_mm_cmpgt_epi8(shifted, _mm_set1_epi8(static_cast<char>(0x80 + 9)))));
#else
  std::uint32_t mask = 0;
  for (std::size_t i = 0; i < block; ++i) {
    if (at[i] < '0' || at[i] > '9') mask |= std::uint32_t{1} << i;
  }
  return mask;
#endif
}

/// True if none of the sixteen bytes at `at` is above 0x7F.
inline bool all_ascii(const char* at) {
#ifdef __SSE2__
  return _mm_movemask_epi8(_mm_loadu_si128(reinterpret_cast<const __m128i*>(at))) == 0;
#else
  unsigned char all = 0;
  for (std::size_t i = 0; i < block; ++i) all |= static_cast<unsigned char>(at[i]);
  return all < 0x80;
#endif
}

/// The position of the lowest bit that is set; `mask` is not 0.
inline std::size_t lowest(std::uint32_t mask) { return static_cast<std::size_t>(std::countr_zero(mask)); }

}  // namespace fieldgate::scan
