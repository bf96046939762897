// A stream of lines to one reader, who may be slower than what makes them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace fieldgate::http {

struct ServerRequest;
struct ServerResponse;

/// Lines that wait for their reader: a bounded queue. What finds it full is lost, and counted: the reader finds the
/// line
/// `{"lost":N}` where they would have stood.
class Lines {
 public:
  static constexpr std::size_t max_bytes = 256 * 1024;

  /// `woken` is called when there is something to take for the first time since the last `take`.
  explicit Lines(std::function<void()> woken) : woken_(std::move(woken)) {}

  /// One line, without its end.
  void push(std::string_view line);

  /// Some of what waits, in whole lines with their ends; empty: nothing waits.
  std::string take();

  std::uint64_t lost() const { return lost_in_all_; }

 private:
  void append(std::string_view line);

  std::function<void()> woken_;
  std::string waiting_;
  std::uint64_t lost_ = 0;  ///< since the last line that was kept
  std::uint64_t lost_in_all_ = 0;
};

/// What a handler of a stream answers with: what fills the lines, for as long as somebody reads them; or nothing and a
/// refusal.
struct StreamAnswer {
  std::shared_ptr<void> source;
  std::shared_ptr<ServerResponse> refusal;
};

/// `lines` lives as long as the source.
using StreamHandler = std::function<StreamAnswer(const ServerRequest&, Lines& lines)>;

}  // namespace fieldgate::http
