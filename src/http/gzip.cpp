// gzip by zlib.
#include "http/gzip.hpp"

#include <zlib.h>

#include <array>
#include <cstdint>

namespace fieldgate::http {

namespace {

constexpr int gzip_window = 15 + 16;  // the largest window, and the gzip header instead of zlib's
constexpr int memory_level = 8;

/// Telemetry repeats itself: level 4 loses little to 6 and costs half.
constexpr int level = 4;

/// Of the extra field: two letters, the length of what follows, and that.
constexpr std::size_t subfield_size = 8;
constexpr std::size_t size_at = sized_gzip_head - 4;
constexpr std::string_view sized_head = "\x1f\x8b\x08\x04";
constexpr std::string_view subfield("\x08\0FG\x04\0", 6);
constexpr std::size_t subfield_at = 10;

Result<std::string> make_member(std::span<const std::string_view> pieces, gz_header* header) {
  z_stream stream{};
  if (deflateInit2(&stream, level, Z_DEFLATED, gzip_window, memory_level, Z_DEFAULT_STRATEGY) != Z_OK) {
    return Error{"compression", "gzip could not start: out of memory"};
  }
  if (header != nullptr) deflateSetHeader(&stream, header);
  std::size_t size = 0;
  for (const std::string_view piece : pieces) size += piece.size();
  std::string out(deflateBound(&stream, size), '\0');
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  int status = Z_OK;
  for (const std::string_view piece : pieces) {
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(piece.data()));  // zlib reads it only
    stream.avail_in = static_cast<uInt>(piece.size());
    if (!piece.empty()) status = deflate(&stream, Z_NO_FLUSH);
    if (status != Z_OK) break;
  }
  if (status == Z_OK) status = deflate(&stream, Z_FINISH);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  if (status != Z_STREAM_END) return Error{"compression", "gzip failed"};
  return out;
}

}  // namespace

Result<std::string> gzip(std::span<const std::string_view> pieces) { return make_member(pieces, nullptr); }

Result<std::string> sized_gzip(std::span<const std::string_view> pieces) {
  std::array<Bytef, subfield_size> extra{'F', 'G', 4, 0};
  gz_header header{};
  header.os = 255;  // unknown
  header.extra = extra.data();
  header.extra_len = extra.size();
  auto member = make_member(pieces, &header);
  if (!member) return member;
  for (std::size_t i = 0; i < 4; ++i) (*member)[size_at + i] = static_cast<char>(member->size() >> 8 * i & 0xff);
  return member;
}

std::uint32_t size_of_member(std::string_view head) {
  if (head.size() < sized_gzip_head || !head.starts_with(sized_head)) return 0;
  if (head.substr(subfield_at, subfield.size()) != subfield) return 0;
  std::uint32_t size = 0;
  for (std::size_t i = 0; i < 4; ++i) size |= std::uint32_t{static_cast<unsigned char>(head[size_at + i])} << 8 * i;
  return size > sized_gzip_head ? size : 0;
}

}  // namespace fieldgate::http
