// gzip by zlib.
#include "http/gzip.hpp"

#include <zlib.h>

namespace fieldgate::http {

namespace {

constexpr int gzip_window = 15 + 16;  // the largest window, and the gzip header instead of zlib's
constexpr int memory_level = 8;

/// Telemetry repeats itself: level 4 loses little to 6 and costs half.
constexpr int level = 4;

}  // namespace

Result<std::string> gzip(std::span<const std::string_view> pieces) {
  z_stream stream{};
  if (deflateInit2(&stream, level, Z_DEFLATED, gzip_window, memory_level, Z_DEFAULT_STRATEGY) != Z_OK) {
    return Error{"compression", "gzip could not start: out of memory"};
  }
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

}  // namespace fieldgate::http
