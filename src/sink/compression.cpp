// Compression: its names, and who does it.
#include "sink/compression.hpp"

#include "http/gzip.hpp"
#include "http/zstd.hpp"

namespace fieldgate::sink {

Compression read_compression(config::Section& sink, std::string_view meaning) {
  return sink.choice<Compression>(
      "compression", Compression::none, meaning,
      {{"none", Compression::none}, {"gzip", Compression::gzip}, {"zstd", Compression::zstd}});
}

std::string_view content_encoding(Compression compression) {
  constexpr std::string_view names[] = {"", "gzip", "zstd"};
  return names[static_cast<std::size_t>(compression)];
}

Result<std::string> compress(Compression compression, std::span<const std::string_view> pieces) {
  return compression == Compression::zstd ? http::zstd(pieces) : http::gzip(pieces);
}

}  // namespace fieldgate::sink
