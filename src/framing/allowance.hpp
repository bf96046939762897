// How much of the same bytes may be looked at again, for framers that cannot go on where they left off.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>

namespace fieldgate::framing {

/// Looking is paid for by bytes received. A frame that comes in up to `looks` reads is looked at with each of them;
/// what comes in more, as from a peer that dribbles to keep us busy, with fewer.
class Allowance {
 public:
  static constexpr std::uint64_t looks = 128;
  static constexpr std::uint64_t saved = 1024 * 1024;

  /// So many bytes wait now: those that no call has credited are paid for.
  void waiting(std::size_t bytes) {
    const std::size_t known = std::min(known_, bytes);
    credit_ = std::min(credit_ + looks * (bytes - known), saved);
    known_ = bytes;
  }
  /// So many of them, in front, are done with.
  void done(std::size_t bytes) { known_ -= std::min(known_, bytes); }

  /// How many more bytes must come before so many can be looked at; 0: now.
  std::size_t missing(std::size_t work) const {
    return work <= credit_ ? 0 : static_cast<std::size_t>((work - credit_) / looks + 1);
  }
  /// So many have been looked at.
  void count(std::size_t work) { work_ += work; }
  /// A look in vain: what was counted since work() was `before` is paid for. One that found something is not.
  void pay_since(std::uint64_t before) { credit_ -= std::min(credit_, work_ - before); }

  /// All that has been counted.
  std::uint64_t work() const { return work_; }

 private:
  std::uint64_t credit_ = saved;
  std::uint64_t work_ = 0;
  std::size_t known_ = 0;  // bytes that wait, and have been credited
};

}  // namespace fieldgate::framing
