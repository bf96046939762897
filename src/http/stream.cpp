// Lines: keeping what fits, counting what does not.
#include "http/stream.hpp"

#include <utility>

namespace fieldgate::http {

void Lines::append(std::string_view line) {
  const bool first = waiting_.empty();
  waiting_.append(line).push_back('\n');
  if (first) woken_();
}

void Lines::push(std::string_view line) {
  if (waiting_.size() + line.size() >= max_bytes) {
    ++lost_;
    ++lost_in_all_;
    return;
  }
  if (lost_ > 0) append("{\"lost\":" + std::to_string(std::exchange(lost_, 0)) + "}");
  append(line);
}

std::string Lines::take() {
  std::string taken = std::exchange(waiting_, {});
  // A reader that has caught up is told at once, not when the next line comes.
  if (lost_ > 0) taken += "{\"lost\":" + std::to_string(std::exchange(lost_, 0)) + "}\n";
  return taken;
}

}  // namespace fieldgate::http
