// The matcher of Lua 5.4 (lstrlib.c; Copyright 1994-2022 Lua.org, PUC-Rio; MIT licence), with a count of its steps.
#include "script/lua_matcher.hpp"

#include <cctype>
#include <cstring>
#include <lua.hpp>

namespace fieldgate::script {

namespace {

constexpr std::ptrdiff_t open_capture = -1;
constexpr std::ptrdiff_t position_capture = -2;
constexpr char escape = '%';

int byte_of(const char* at) { return static_cast<unsigned char>(*at); }

bool is_of_class(int c, int letter) {
  const auto test = [c](int lower) {
    switch (lower) {
      case 'a':
        return std::isalpha(c) != 0;
      case 'c':
        return std::iscntrl(c) != 0;
      case 'd':
        return std::isdigit(c) != 0;
      case 'g':
        return std::isgraph(c) != 0;
      case 'l':
        return std::islower(c) != 0;
      case 'p':
        return std::ispunct(c) != 0;
      case 's':
        return std::isspace(c) != 0;
      case 'u':
        return std::isupper(c) != 0;
      case 'w':
        return std::isalnum(c) != 0;
      default:
        return std::isxdigit(c) != 0;
    }
  };
  if (std::strchr("acdglpsuwx", std::tolower(letter)) == nullptr || letter == 0) return letter == c;
  return std::islower(letter) != 0 ? test(letter) : !test(std::tolower(letter));
}

}  // namespace

int LuaMatcher::push_captures(const char* from, const char* to) const {
  const int count = level_ == 0 && from != nullptr ? 1 : level_;
  luaL_checkstack(state_, count, "too many captures");
  for (int i = 0; i < count; ++i) push_capture(i, from, to);
  return count;
}

void LuaMatcher::push_capture(int index, const char* from, const char* to) const {
  if (index >= level_) {
    if (index != 0) luaL_error(state_, "invalid capture index %%%d", index + 1);
    lua_pushlstring(state_, from, static_cast<std::size_t>(to - from));
    return;
  }
  const Capture& capture = captures_[index];
  if (capture.length == open_capture) luaL_error(state_, "unfinished capture");
  if (capture.length == position_capture) {
    lua_pushinteger(state_, capture.at - begin_ + 1);
  } else {
    lua_pushlstring(state_, capture.at, static_cast<std::size_t>(capture.length));
  }
}

void LuaMatcher::step() const {
  meter_.charge(1);
  if (meter_.is_exhausted()) luaL_error(state_, "it takes too long (option timeout)");
}

const char* LuaMatcher::class_end(const char* pattern) const {
  if (*pattern++ == escape) {
    if (pattern == pattern_end_) luaL_error(state_, "malformed pattern (ends with '%%')");
    return pattern + 1;
  }
  if (pattern[-1] != '[') return pattern;
  if (pattern != pattern_end_ && *pattern == '^') ++pattern;
  do {  // the first one may be a bracket itself
    if (pattern == pattern_end_) luaL_error(state_, "malformed pattern (missing ']')");
    if (*pattern++ == escape && pattern != pattern_end_) ++pattern;
  } while (pattern == pattern_end_ || *pattern != ']');
  return pattern + 1;
}

bool LuaMatcher::is_in_set(int c, const char* pattern, const char* set_end) const {
  bool is_member = true;
  if (pattern[1] == '^') is_member = false, ++pattern;
  while (++pattern < set_end) {
    if (*pattern == escape) {
      if (is_of_class(c, byte_of(++pattern))) return is_member;
    } else if (pattern[1] == '-' && pattern + 2 < set_end) {
      pattern += 2;
      if (byte_of(pattern - 2) <= c && c <= byte_of(pattern)) return is_member;
    } else if (byte_of(pattern) == c) {
      return is_member;
    }
  }
  return !is_member;
}

bool LuaMatcher::is_single(const char* at, const char* pattern, const char* pattern_end) const {
  step();
  if (at >= end_) return false;
  const int c = byte_of(at);
  switch (*pattern) {
    case '.':
      return true;
    case escape:
      return is_of_class(c, byte_of(pattern + 1));
    case '[':
      meter_.charge(pattern_end - pattern);
      return is_in_set(c, pattern, pattern_end - 1);
    default:
      return byte_of(pattern) == c;
  }
}

const char* LuaMatcher::balanced(const char* at, const char* pattern) const {
  if (pattern + 1 >= pattern_end_) luaL_error(state_, "malformed pattern (missing arguments to '%%b')");
  if (at >= end_ || *at != *pattern) return nullptr;
  int depth = 1;
  while (++at < end_) {
    step();
    if (*at == pattern[1]) {
      if (--depth == 0) return at + 1;
    } else if (*at == *pattern) {
      ++depth;
    }
  }
  return nullptr;
}

const char* LuaMatcher::most(const char* at, const char* pattern, const char* behind) {
  std::ptrdiff_t count = 0;
  while (is_single(at + count, pattern, behind)) ++count;
  for (; count >= 0; --count) {
    if (const char* const found = match(at + count, behind + 1)) return found;
  }
  return nullptr;
}

const char* LuaMatcher::fewest(const char* at, const char* pattern, const char* behind) {
  for (;; ++at) {
    if (const char* const found = match(at, behind + 1)) return found;
    if (!is_single(at, pattern, behind)) return nullptr;
  }
}

const char* LuaMatcher::open(const char* at, const char* pattern, std::ptrdiff_t kind) {
  if (level_ >= max_captures) luaL_error(state_, "too many captures");
  captures_[level_++] = {at, kind};
  const char* const found = match(at, pattern);
  if (found == nullptr) --level_;
  return found;
}

const char* LuaMatcher::close(const char* at, const char* pattern) {
  int index = level_ - 1;
  while (index >= 0 && captures_[index].length != open_capture) --index;
  if (index < 0) luaL_error(state_, "invalid pattern capture");
  captures_[index].length = at - captures_[index].at;
  const char* const found = match(at, pattern);
  if (found == nullptr) captures_[index].length = open_capture;
  return found;
}

/// What capture `digit` holds, once more.
const char* LuaMatcher::again(const char* at, int digit) const {
  const int index = digit - '1';
  if (index < 0 || index >= level_ || captures_[index].length < 0)
    luaL_error(state_, "invalid capture index %%%d", index + 1);
  const std::ptrdiff_t length = captures_[index].length;
  meter_.charge(length);
  const bool same = end_ - at >= length && std::memcmp(captures_[index].at, at, static_cast<std::size_t>(length)) == 0;
  return same ? at + length : nullptr;
}

/// One item of the pattern without a quantifier of its own. `done`: what is returned is the whole match's end.
const char* LuaMatcher::match_item(const char* at, const char*& pattern, bool& done) {
  done = true;
  if (*pattern == '(')
    return pattern + 1 < pattern_end_ && pattern[1] == ')' ? open(at, pattern + 2, position_capture)
                                                           : open(at, pattern + 1, open_capture);
  if (*pattern == ')') return close(at, pattern + 1);
  if (*pattern == '$' && pattern + 1 == pattern_end_) return at == end_ ? at : nullptr;
  if (*pattern == escape && pattern + 1 < pattern_end_) {
    const int next = byte_of(pattern + 1);
    if (next == 'b') {
      at = balanced(at, pattern + 2);
      pattern += 4;
      done = at == nullptr;
      return at;
    }
    if (next == 'f') {
      pattern += 2;
      if (pattern == pattern_end_ || *pattern != '[') luaL_error(state_, "missing '[' after '%%f' in pattern");
      const char* const behind = class_end(pattern);
      const int before = at == begin_ ? 0 : byte_of(at - 1);
      const int after = at == end_ ? 0 : byte_of(at);
      const bool is_frontier = !is_in_set(before, pattern, behind - 1) && is_in_set(after, pattern, behind - 1);
      pattern = behind;
      done = !is_frontier;
      return is_frontier ? at : nullptr;
    }
    if (std::isdigit(next) != 0) {
      at = again(at, next);
      pattern += 2;
      done = at == nullptr;
      return at;
    }
  }
  const char* const behind = class_end(pattern);
  const char quantifier = behind == pattern_end_ ? '\0' : *behind;
  switch (quantifier) {
    case '?':
      if (is_single(at, pattern, behind)) {
        if (const char* const found = match(at + 1, behind + 1)) return found;
      }
      pattern = behind + 1;
      done = false;
      return at;
    case '+':
      return is_single(at, pattern, behind) ? most(at + 1, pattern, behind) : nullptr;
    case '*':
      return most(at, pattern, behind);
    case '-':
      return fewest(at, pattern, behind);
    default:
      break;
  }
  if (!is_single(at, pattern, behind)) return nullptr;
  pattern = behind;
  done = false;
  return at + 1;
}

const char* LuaMatcher::match(const char* at, const char* pattern) {
  if (depth_-- == 0) luaL_error(state_, "pattern too complex");
  while (pattern != pattern_end_) {
    step();
    bool done = false;
    at = match_item(at, pattern, done);
    if (done) break;
  }
  ++depth_;
  return at;
}

}  // namespace fieldgate::script
