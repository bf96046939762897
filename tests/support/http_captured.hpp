// What a piece of a test writes to standard error, or to another descriptor of the process.
#pragma once

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <stdexcept>
#include <string>

namespace fieldgate::test {

/// While it lives, `descriptor` is a pipe that `text` reads from.
class Captured {
 public:
  explicit Captured(int descriptor) : descriptor_(descriptor), before_(::dup(descriptor)) {
    if (::pipe2(ends_.data(), O_CLOEXEC) != 0 || ::dup2(ends_[1], descriptor) < 0) throw std::runtime_error("no pipe");
    ::close(ends_[1]);
  }
  ~Captured() {
    restore();
    ::close(ends_[0]);
  }
  Captured(const Captured&) = delete;
  Captured& operator=(const Captured&) = delete;

  /// Ends the capture; all that was written since.
  std::string text() {
    restore();
    std::string all;
    std::array<char, 4096> part{};
    for (;;) {
      const ssize_t got = ::read(ends_[0], part.data(), part.size());
      if (got <= 0) return all;
      all.append(part.data(), static_cast<std::size_t>(got));
    }
  }

  /// Reads until `wanted` bytes have come.
  std::string read(std::size_t wanted) {
    std::string all;
    while (all.size() < wanted) {
      std::array<char, 4096> part{};
      const ssize_t got = ::read(ends_[0], part.data(), std::min(part.size(), wanted - all.size()));
      if (got <= 0) break;
      all.append(part.data(), static_cast<std::size_t>(got));
    }
    return all;
  }

 private:
  void restore() {
    if (before_ < 0) return;
    ::dup2(before_, descriptor_);
    ::close(before_);
    before_ = -1;
  }

  int descriptor_;
  int before_;
  std::array<int, 2> ends_{};
};

}  // namespace fieldgate::test
