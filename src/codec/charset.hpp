// The character sets that devices write in, to UTF-8 and back.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "message/bytes.hpp"

namespace fieldgate::codec {

enum class Charset : std::uint8_t { utf8, ascii, latin1, gbk, utf16be, utf16le };

/// Converts; keeps the tables of GBK. Allocates nothing at rest.
class Converter {
 public:
  /// UTF-8 of `bytes`, in a buffer that the next call uses again, or the bytes themselves. What is no character becomes
  /// U+FFFD.
  std::string_view to_utf8(Bytes bytes, Charset charset);

  /// The bytes of a text; false where the set has no such character.
  static bool from_utf8(std::string_view text, Charset charset, std::string& out);

 private:
  struct Gbk;
  struct Close {
    void operator()(Gbk* gbk) const;
  };
  void append_gbk(Bytes bytes);

  std::unique_ptr<Gbk, Close> gbk_;
  std::string text_;
};

}  // namespace fieldgate::codec
