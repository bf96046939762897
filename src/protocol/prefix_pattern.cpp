// Prefix patterns: an expression is read just as far as its structure, and written again with every end optional.
#include "protocol/prefix_pattern.hpp"

#include <memory>
#include <optional>
#include <vector>

namespace fieldgate::protocol {

namespace {

/// Far below what RE2's own parser nests.
constexpr std::size_t max_items = 250;
constexpr std::size_t max_depth = 20;

struct Alternatives;

/// One part of a sequence: a character or class, a group, or what takes no character, with how often it stands there.
struct Item {
  std::string text;                     ///< of a character or class, of an anchor or flag
  std::shared_ptr<Alternatives> group;  ///< of a group; `text` is how it opens, without a capture
  bool empty_width = false;
  std::string repeat;  ///< as it is written: *, +?, {2,3}
  unsigned least = 1;
  std::optional<unsigned> most = 1;  ///< nothing: any number
};
using Sequence = std::vector<Item>;
struct Alternatives {
  std::vector<Sequence> all;
};

class Parser {
 public:
  explicit Parser(std::string_view text) : text_(text) {}

  Result<Alternatives> parse() {
    Alternatives all = alternatives(0);
    if (!problem_.empty()) return Error{"regex", problem_};
    if (at_ < text_.size()) return Error{"regex", "a ) without its ("};
    return all;
  }

 private:
  Alternatives alternatives(std::size_t depth) {
    Alternatives made;
    made.all.emplace_back();
    if (depth > max_depth) problem_ = "its groups are nested too deeply";
    while (problem_.empty() && at_ < text_.size() && text_[at_] != ')') {
      if (text_[at_] == '|') {
        ++at_;
        made.all.emplace_back();
        continue;
      }
      if (++items_ > max_items) problem_ = "it is too long";
      Item item = one(depth);
      quantify(item);
      made.all.back().push_back(std::move(item));
    }
    return made;
  }

  Item one(std::size_t depth) {
    Item item;
    const std::size_t begin = at_;
    switch (text_[at_]) {
      case '(':
        return group(depth);
      case '[':
        skip_class();
        break;
      case '\\':
        skip_escape(item);
        break;
      case '^':
      case '$':
        item.empty_width = true;
        ++at_;
        break;
      default:
        ++at_;
    }
    item.text = text_.substr(begin, at_ - begin);
    return item;
  }

  Item group(std::size_t depth) {
    Item item;
    item.text = "(?:";
    ++at_;
    if (text_.substr(at_).starts_with("?")) {
      const std::size_t end = text_.find_first_of(text_.substr(at_).starts_with("?P<") ? ">" : ":)", at_);
      if (end == std::string_view::npos) {
        problem_ = "a group is not closed";
        return item;
      }
      const std::string_view head = text_.substr(at_, end - at_);
      at_ = end + 1;
      if (text_[end] == ')') {  // flags for what follows
        item.text = "(" + std::string(head) + ")";
        item.empty_width = true;
        return item;
      }
      if (text_[end] == ':') item.text = "(" + std::string(head) + ":";
    }
    item.group = std::make_shared<Alternatives>(alternatives(depth + 1));
    if (at_ >= text_.size()) {
      problem_ = "a group is not closed";
    } else {
      ++at_;
    }
    return item;
  }

  void skip_class() {
    ++at_;
    if (at_ < text_.size() && text_[at_] == '^') ++at_;
    for (bool first = true; at_ < text_.size() && (first || text_[at_] != ']'); first = false) {
      if (text_.substr(at_).starts_with("[:")) {
        const std::size_t end = text_.find(":]", at_);
        at_ = end == std::string_view::npos ? text_.size() : end + 2;
      } else {
        at_ += text_[at_] == '\\' ? 2 : 1;
      }
    }
    ++at_;
    if (at_ > text_.size()) problem_ = "a class is not closed";
  }

  void skip_escape(Item& item) {
    const char kind = at_ + 1 < text_.size() ? text_[at_ + 1] : '\0';
    at_ += 2;
    if (kind == '\0') problem_ = "a backslash at its end";
    if (kind == 'Q' || kind == 'C') problem_ = std::string("\\") + kind + " is not known here";
    item.empty_width = std::string_view("AzbB").find(kind) != std::string_view::npos && kind != '\0';
    const bool braces = at_ < text_.size() && text_[at_] == '{';
    if ((kind == 'x' || kind == 'p' || kind == 'P') && braces) {
      const std::size_t end = text_.find('}', at_);
      at_ = end == std::string_view::npos ? text_.size() : end + 1;
    } else if (kind == 'x') {
      at_ += 2;
    } else if (kind == 'p' || kind == 'P') {
      at_ += 1;
    } else if (kind >= '0' && kind <= '7') {
      for (int i = 0; i < 2 && at_ < text_.size() && text_[at_] >= '0' && text_[at_] <= '7'; ++i) ++at_;
    }
    if (at_ > text_.size()) problem_ = "an escape is not whole";
  }

  void quantify(Item& item) {
    if (at_ >= text_.size() || !problem_.empty()) return;
    const std::size_t begin = at_;
    const char c = text_[at_];
    if (c == '*' || c == '+' || c == '?') {
      ++at_;
      item.least = c == '+' ? 1 : 0;
      if (c != '?') item.most.reset();
    } else if (c != '{' || !counted(item)) {
      return;
    }
    if (at_ < text_.size() && text_[at_] == '?') ++at_;  // as few as possible
    item.repeat = text_.substr(begin, at_ - begin);
  }

  /// {3}, {3,}, {3,5}; anything else is not a count but characters.
  bool counted(Item& item) {
    std::size_t at = at_ + 1;
    const auto number = [&]() -> std::optional<unsigned> {
      std::optional<unsigned> value;
      for (; at < text_.size() && text_[at] >= '0' && text_[at] <= '9' && value.value_or(0) < 10000; ++at)
        value = value.value_or(0) * 10 + static_cast<unsigned>(text_[at] - '0');
      return value;
    };
    const auto least = number();
    std::optional<unsigned> most = least;
    if (at < text_.size() && text_[at] == ',') ++at, most = number();
    if (!least || at >= text_.size() || text_[at] != '}') return false;
    item.least = *least;
    item.most = most;
    at_ = at + 1;
    return true;
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::size_t items_ = 0;
  std::string problem_;
};

void write(const Alternatives& all, std::string& out);
void write_prefix(const Alternatives& all, std::string& out);

/// Without its count.
void write_once(const Item& item, std::string& out) {
  out += item.text;
  if (!item.group) return;
  write(*item.group, out);
  out += ')';
}

void write(const Alternatives& all, std::string& out) {
  for (std::size_t i = 0; i < all.all.size(); ++i) {
    if (i > 0) out += '|';
    for (const Item& item : all.all[i]) {
      write_once(item, out);
      out += item.repeat;
    }
  }
}

/// The beginnings of what one item matches, which stop inside of it.
void write_prefix_of(const Item& item, std::string& out) {
  if (!item.most || *item.most > 1) {
    write_once(item, out);
    out += item.most ? "{0," + std::to_string(*item.most - 1) + "}" : "*";
  }
  if (!item.group) return;
  out += item.text;
  write_prefix(*item.group, out);
  out += ')';
}

void write_prefix(const Sequence& items, std::string& out) {
  std::string ends;
  for (const Item& item : items) {
    if (item.empty_width) {  // a word's edge cannot be seen before the next character; it may always come
      if (item.text.starts_with('(')) out += item.text;
      continue;
    }
    out += "(?:";
    write_prefix_of(item, out);
    out += '|';
    write_once(item, out);
    out += item.repeat;
    ends += ')';
  }
  out += ends;
}

void write_prefix(const Alternatives& all, std::string& out) {
  for (std::size_t i = 0; i < all.all.size(); ++i) {
    if (i > 0) out += '|';
    write_prefix(all.all[i], out);
  }
}

}  // namespace

Result<std::string> prefix_pattern(std::string_view pattern) {
  const auto parsed = Parser(pattern).parse();
  if (!parsed) return parsed.error();
  std::string out;
  write_prefix(*parsed, out);
  return out;
}

std::string without_end_anchor(std::string_view pattern) {
  std::size_t backslashes = 0;
  while (backslashes + 1 < pattern.size() && pattern[pattern.size() - 2 - backslashes] == '\\') ++backslashes;
  const bool anchored = pattern.ends_with('$') && backslashes % 2 == 0;
  return std::string(pattern.substr(0, pattern.size() - (anchored ? 1 : 0)));
}

}  // namespace fieldgate::protocol
