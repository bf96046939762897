// zstd by libzstd.
#include "http/zstd.hpp"

#include <zstd.h>

#include <memory>

namespace fieldgate::http {

namespace {

/// The library's own default: beyond it telemetry gains little.
constexpr int level = 3;

}  // namespace

Result<std::string> zstd(std::span<const std::string_view> pieces) {
  const std::unique_ptr<ZSTD_CCtx, decltype(&ZSTD_freeCCtx)> context(ZSTD_createCCtx(), ZSTD_freeCCtx);
  if (!context) return Error{"compression", "zstd could not start: out of memory"};
  std::size_t size = 0;
  for (const std::string_view piece : pieces) size += piece.size();
  ZSTD_CCtx_setParameter(context.get(), ZSTD_c_compressionLevel, level);
  ZSTD_CCtx_setParameter(context.get(), ZSTD_c_checksumFlag, 1);
  ZSTD_CCtx_setPledgedSrcSize(context.get(), size);
  std::string out(ZSTD_compressBound(size), '\0');
  ZSTD_outBuffer to{out.data(), out.size(), 0};
  std::size_t left = 0;
  for (const std::string_view piece : pieces) {
    ZSTD_inBuffer from{piece.data(), piece.size(), 0};
    while (from.pos < from.size && ZSTD_isError(left) == 0) {
      left = ZSTD_compressStream2(context.get(), &to, &from, ZSTD_e_continue);
    }
  }
  ZSTD_inBuffer nothing{nullptr, 0, 0};
  if (ZSTD_isError(left) == 0) left = ZSTD_compressStream2(context.get(), &to, &nothing, ZSTD_e_end);
  if (left != 0) return Error{"compression", "zstd failed"};
  out.resize(to.pos);
  return out;
}

}  // namespace fieldgate::http
