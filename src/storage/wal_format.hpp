// How a write-ahead log is laid out: its numbers, its checksums and where its frames are.
#pragma once

#include <endian.h>

#include <cstdint>
#include <cstring>
#include <string>
#include <utility>

#include "message/bytes.hpp"

namespace fieldgate::storage::wal {

inline constexpr std::size_t header_bytes = 32;
inline constexpr std::size_t frame_header_bytes = 24;
inline constexpr std::uint32_t magic = 0x377f0682;  // the lowest bit: checksums read the content as big-endian
inline constexpr std::uint32_t version = 3007000;

inline std::uint32_t big_endian(Bytes bytes, std::size_t at) {
  std::uint32_t value = 0;
  std::memcpy(&value, bytes.data() + at, sizeof value);
  return be32toh(value);
}

inline std::uint32_t little_endian(Bytes bytes, std::size_t at) { return __builtin_bswap32(big_endian(bytes, at)); }

inline void append(std::string& to, std::uint32_t value) {
  for (const int shift : {24, 16, 8, 0}) to += static_cast<char>(value >> shift & 0xff);
}

/// The running checksum. It can be undone: from the sum behind some content follows the sum before it.
struct Sum {
  std::uint32_t a = 0;
  std::uint32_t b = 0;
  bool operator==(const Sum&) const = default;

  static Sum stored(Bytes bytes, std::size_t at) { return {big_endian(bytes, at), big_endian(bytes, at + 4)}; }

  Sum over(Bytes content, bool big) const {
    Sum sum = *this;
    const auto word = [content, big](std::size_t at) {
      return big ? big_endian(content, at) : little_endian(content, at);
    };
    for (std::size_t i = 0; i + 8 <= content.size(); i += 8) {
      sum.a += word(i) + sum.b;
      sum.b += word(i + 4) + sum.a;
    }
    return sum;
  }

  Sum before(Bytes content, bool big) const {
    Sum sum = *this;
    const auto word = [content, big](std::size_t at) {
      return big ? big_endian(content, at) : little_endian(content, at);
    };
    for (std::size_t i = content.size(); i >= 8; i -= 8) {
      sum.b -= word(i - 4) + sum.a;
      sum.a -= word(i - 8) + sum.b;
    }
    return sum;
  }

  void append_to(std::string& to) const {
    append(to, a);
    append(to, b);
  }
};

/// Where the frames are, and by what they are known.
struct Layout {
  bool big = false;
  std::size_t page = 0;
  std::string salts;
  Sum seed;  // the header's checksum: the first frame's goes on from it
  bool rebuilt = false;
};

/// The frames of a log as they lie in it.
class Log {
 public:
  Log(Bytes wal, Layout layout) : wal_(wal), layout_(std::move(layout)), count_((wal.size() - header_bytes) / size()) {}

  std::size_t size() const { return frame_header_bytes + layout_.page; }
  std::size_t count() const { return count_; }
  const Layout& layout() const { return layout_; }

  std::size_t offset(std::size_t i) const { return header_bytes + i * size(); }
  Bytes head(std::size_t i) const { return wal_.substr(offset(i), frame_header_bytes); }
  Bytes page(std::size_t i) const { return wal_.substr(offset(i) + frame_header_bytes, layout_.page); }
  Sum stored(std::size_t i) const { return Sum::stored(wal_, offset(i) + 16); }
  bool salted(std::size_t i) const { return head(i).substr(8, 8) == layout_.salts; }
  Sum sum(Sum before, std::size_t i) const {
    return before.over(head(i).substr(0, 8), layout_.big).over(page(i), layout_.big);
  }
  /// By what its own neighbour says of it, whatever is before that.
  bool agrees(std::size_t i) const {
    return salted(i) && big_endian(head(i), 0) != 0 && sum(i == 0 ? layout_.seed : stored(i - 1), i) == stored(i);
  }

 private:
  Bytes wal_;
  Layout layout_;
  std::size_t count_;
};

}  // namespace fieldgate::storage::wal
