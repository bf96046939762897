// The matcher of Lua's patterns, with a count of its steps.
#pragma once

#include <cstddef>
#include <string_view>

#include "script/lua_meter.hpp"

namespace fieldgate::script {

/// A subject and a pattern, and what has been captured. Owns nothing: Lua's errors leave its functions by a jump.
class LuaMatcher {
 public:
  LuaMatcher(lua_State* state, std::string_view subject, std::string_view pattern)
      : state_(state),
        meter_(LuaMeter::of(state)),
        begin_(subject.data()),
        end_(subject.data() + subject.size()),
        pattern_end_(pattern.data() + pattern.size()) {}

  const char* begin() const { return begin_; }
  const char* end() const { return end_; }

  /// From a new place: no captures.
  const char* start(const char* at, const char* pattern) {
    level_ = 0;
    depth_ = max_depth;
    return match(at, pattern);
  }

  /// Pushes the captures, or the whole match where there are none; `from` null: then nothing. Returns how many.
  int push_captures(const char* from, const char* to) const;
  void push_capture(int index, const char* from, const char* to) const;

 private:
  static constexpr int max_captures = 32;
  static constexpr int max_depth = 100;

  struct Capture {
    const char* at;
    std::ptrdiff_t length;
  };

  void step() const;
  const char* match(const char* at, const char* pattern);
  const char* match_item(const char* at, const char*& pattern, bool& done);
  const char* class_end(const char* pattern) const;
  bool is_single(const char* at, const char* pattern, const char* pattern_end) const;
  bool is_in_set(int c, const char* pattern, const char* set_end) const;
  const char* balanced(const char* at, const char* pattern) const;
  const char* most(const char* at, const char* pattern, const char* behind);
  const char* fewest(const char* at, const char* pattern, const char* behind);
  const char* open(const char* at, const char* pattern, std::ptrdiff_t kind);
  const char* close(const char* at, const char* pattern);
  const char* again(const char* at, int digit) const;

  lua_State* const state_;
  LuaMeter& meter_;
  const char* const begin_;
  const char* const end_;
  const char* const pattern_end_;
  int level_ = 0;
  int depth_ = max_depth;
  Capture captures_[max_captures] = {};
};

}  // namespace fieldgate::script
