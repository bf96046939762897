// Hopping over gzip members (ours say how long they are) and zstd frames (whose blocks do; RFC 8878, 3.1.1).
#include "sink/members.hpp"

#include <unistd.h>

#include <array>

#include "http/gzip.hpp"

namespace fieldgate::sink {

namespace {

// As little-endian numbers.
constexpr std::int64_t gzip_head = 0x04088B1F;
constexpr std::int64_t zstd_head = 0xFD2FB528;

/// The little-endian number of `bytes` bytes at `offset`; -1 where the file ends before.
std::int64_t number_at(int descriptor, std::uint64_t offset, std::size_t bytes) {
  std::array<unsigned char, 8> buffer{};
  if (::pread(descriptor, buffer.data(), bytes, static_cast<off_t>(offset)) != static_cast<ssize_t>(bytes)) return -1;
  std::int64_t number = 0;
  for (std::size_t i = bytes; i > 0; --i) number = number << 8 | buffer[i - 1];
  return number;
}

/// Where the gzip member at `offset` ends; 0 where there is none that could be told.
std::uint64_t end_of_member(int descriptor, std::uint64_t offset) {
  std::array<char, http::sized_gzip_head> head{};
  const ssize_t got = ::pread(descriptor, head.data(), head.size(), static_cast<off_t>(offset));
  const std::uint32_t size = got > 0 ? http::size_of_member({head.data(), static_cast<std::size_t>(got)}) : 0;
  return size > 0 ? offset + size : 0;
}

/// The same of a zstd frame.
std::uint64_t end_of_frame(int descriptor, std::uint64_t offset) {
  if (number_at(descriptor, offset, 4) != zstd_head) return 0;
  const std::int64_t descriptor_byte = number_at(descriptor, offset + 4, 1);
  if (descriptor_byte < 0) return 0;
  const bool single_segment = (descriptor_byte & 0x20) != 0;
  constexpr std::array<unsigned, 4> dictionary_sizes{0, 1, 2, 4};
  constexpr std::array<unsigned, 4> content_sizes{0, 2, 4, 8};
  const auto content = static_cast<std::size_t>(descriptor_byte >> 6);
  std::uint64_t at = offset + 5 + (single_segment ? 0 : 1) + dictionary_sizes[descriptor_byte & 3] +
                     (content == 0 && single_segment ? 1 : content_sizes[content]);
  constexpr std::int64_t run_length = 1;
  for (bool last = false; !last;) {
    const std::int64_t block = number_at(descriptor, at, 3);
    if (block < 0) return 0;
    last = (block & 1) != 0;
    const bool repeats = (block >> 1 & 3) == run_length;
    at += 3 + (repeats ? 1 : static_cast<std::uint64_t>(block >> 3));
  }
  return at + ((descriptor_byte & 4) != 0 ? 4 : 0);
}

}  // namespace

std::uint64_t whole_members(int descriptor, std::uint64_t size, Compression compression) {
  std::uint64_t whole = 0;
  while (whole < size) {
    const std::uint64_t end =
        compression == Compression::zstd ? end_of_frame(descriptor, whole) : end_of_member(descriptor, whole);
    if (end == 0 || end > size) break;
    whole = end;
  }
  // What others began is not ours to cut: their gzip has no extra field.
  const std::int64_t first = number_at(descriptor, 0, 4);
  const bool ours = whole > 0 || first < 0 || first == (compression == Compression::zstd ? zstd_head : gzip_head);
  return ours ? whole : size;
}

}  // namespace fieldgate::sink
