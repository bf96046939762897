// Byte strings that are looked for: delimiters, starts, ends.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "config/section.hpp"
#include "message/bytes.hpp"

namespace fieldgate::framing {

/// A set of byte strings, none of them empty. Of those that begin together, the longest counts.
class Markers {
 public:
  struct Match {
    std::uint32_t index = 0;
    std::size_t length = 0;  ///< 0: none
    bool longer = false;     ///< a longer one may come to be with more bytes
  };

  Markers() = default;
  explicit Markers(std::vector<std::string> list) : list_(std::move(list)) {}

  /// Reads an option that is one byte string, or a list of them.
  static Markers read(config::Section& section, std::string_view name, bool required, std::string_view meaning);

  /// What begins at `at`.
  Match match(Bytes input, std::size_t at) const;

  /// The first place from `from` on where one begins, or may begin where the input ends too early to tell; the end of
  /// the input where there is none. Goes in small windows, so that one that never comes is not looked for through the
  /// whole input again and again.
  std::size_t find(Bytes input, std::size_t from) const;

  bool empty() const { return list_.empty(); }
  std::size_t size() const { return list_.size(); }
  const std::string& operator[](std::size_t index) const { return list_[index]; }
  const std::vector<std::string>& list() const { return list_; }
  std::size_t longest() const;

  /// The first that no longer one begins with: whoever reads it need not wait. There must be one.
  const std::string& surest() const;

  bool operator==(const Markers&) const = default;

 private:
  std::size_t candidate(Bytes input, std::size_t from) const;

  std::vector<std::string> list_;
};

}  // namespace fieldgate::framing
