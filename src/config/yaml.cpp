// YAML text into a tree of nodes. The only file that includes yaml-cpp, of which only the scanner and parser are used:
// its events are built into our own tree, since its nodes forget duplicate keys and walk into alias bombs.
#include "config/yaml.hpp"

#include <fmt/format.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <map>
#include <sstream>
#include <unordered_map>
#include <utility>

#include "config/values.hpp"
#include "config/yaml_text.hpp"

namespace fieldgate::config {
namespace {

constexpr std::size_t deepest = 100;

/// A problem after which there is no tree.
struct Stop {
  Mark mark;
  std::string text;
};

std::size_t weight(const Node& node) {
  constexpr std::size_t bytes_each = 32;
  std::size_t sum = 1 + node.text.size() / bytes_each;
  for (const Node& item : node.items) sum += weight(item);
  for (const Node::Entry& entry : node.entries) sum += weight(entry.value);
  return sum;
}

std::size_t height(const Node& node) {
  std::size_t most = 0;
  for (const Node& item : node.items) most = std::max(most, height(item));
  for (const Node::Entry& entry : node.entries) most = std::max(most, height(entry.value));
  return most + 1;
}

/// Takes the events of one document and builds its tree.
class Builder final : public YAML::EventHandler {
 public:
  Builder(const Files& files, std::uint32_t file, std::size_t& weight_left, Problems& problems)
      : files_(files), text_(files.at(file).text), file_(file), weight_left_(weight_left), problems_(problems) {}

  Node take() { return std::move(root_); }

  void OnDocumentStart(const YAML::Mark& mark) override {
    if (++documents_ == 1) return;
    throw Stop{files_.mark_at(file_, offset(mark)),
               "a second document starts here: one file is one gateway; remove the '---'"};
  }
  void OnDocumentEnd() override {}

  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    const std::size_t at = skip_properties(text_, offset(mark));
    Node node = make(Node::Kind::empty, at, 1);
    // yaml-cpp makes `null` and `~` into nothing; but an option that takes text takes what is written.
    const std::string_view word = null_word(text_, at);
    if (!word.empty()) {
      node = make(Node::Kind::scalar, at, static_cast<std::uint32_t>(word.size()));
      node.text = word;
    }
    add(std::move(node), anchor);
  }

  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    check_tag(mark, tag);
    const std::size_t at = skip_properties(text_, offset(mark));
    Node node = make(Node::Kind::scalar, at, scalar_length(text_, at, value));
    if (!is_closed(text_, at)) throw Stop{node.mark, "not valid YAML: a quote is not closed"};
    node.text = value;
    node.quoted = tag == "!";
    add(std::move(node), anchor);
  }

  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    const Mark here = cursor(offset(mark));
    const auto found = anchors_.find(anchor);
    if (found == anchors_.end()) throw Stop{here, "this alias stands inside of what it names: it would never end"};
    if (frames_.size() + height(found->second) > deepest) throw Stop{here, too_deep()};
    spend(weight(found->second), here);
    add(Node(found->second), 0);
  }

  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    check_tag(mark, tag);
    begin(Node::Kind::list, mark, anchor);
  }
  void OnSequenceEnd() override { end(); }
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    check_tag(mark, tag);
    begin(Node::Kind::map, mark, anchor);
  }
  void OnMapEnd() override { end(); }

 private:
  /// A list or map that is not yet closed.
  struct Frame {
    Node node;
    YAML::anchor_t anchor = 0;
    std::string path;
    bool has_key = false;  ///< the next node is the value of `key`
    bool drop = false;     ///< and is left out, because something was wrong with the key
    bool braces = false;   ///< a template without quotes: looks like a map in a map, and is neither
    std::string key;
    Mark key_mark;
    bool after_brace = false;  ///< a '{' stands right before it
    std::unordered_map<std::string, Mark> keys;
  };

  static std::string too_deep() { return fmt::format("nested deeper than {} levels", deepest); }
  static std::size_t offset(const YAML::Mark& mark) { return mark.pos < 0 ? 0 : static_cast<std::size_t>(mark.pos); }

  Node make(Node::Kind kind, std::size_t at, std::uint32_t length) {
    Node node;
    node.kind = kind;
    node.mark = cursor(at);
    node.mark.length = std::max<std::uint32_t>(1, length);
    node.place = node.mark;
    return node;
  }

  /// mark_at() counts characters from the start of the line, which for a file of one long line would take for ever;
  /// events come in the order of the file, so counting goes on where it stopped.
  Mark cursor(std::size_t at) {
    const std::vector<std::size_t>& lines = files_.at(file_).lines;
    at = std::min(at, text_.size());
    const auto line = static_cast<std::uint32_t>(std::upper_bound(lines.begin(), lines.end(), at) - lines.begin());
    if (line != last_.line || at < last_offset_) {
      last_ = {file_, line, 1, 1};
      last_offset_ = lines[line - 1];
    }
    last_.column += characters(text_.substr(last_offset_, at - last_offset_));
    last_offset_ = at;
    return last_;
  }

  void spend(std::size_t amount, const Mark& mark) {
    if (amount > weight_left_) {
      throw Stop{mark, fmt::format("the file holds more than {} values (aliases written out)", most_weight)};
    }
    weight_left_ -= amount;
  }

  void check_tag(const YAML::Mark& mark, const std::string& tag) {
    if (tag.empty() || tag == "?" || tag == "!") return;
    problems_.error(cursor(offset(mark)), path(),
                    fmt::format("tags like {} are not supported: remove it", in_quotes(tag)));
  }

  /// Of what comes next.
  std::string path() const {
    if (frames_.empty()) return {};
    const Frame& top = frames_.back();
    if (top.node.is_list()) return fmt::format("{}[{}]", top.path, top.node.items.size());
    if (!top.has_key) return top.path;
    return top.path.empty() ? top.key : fmt::format("{}.{}", top.path, top.key);
  }

  void begin(Node::Kind kind, const YAML::Mark& mark, YAML::anchor_t anchor) {
    Frame frame;
    frame.path = path();
    frame.node = make(kind, skip_properties(text_, offset(mark)), 1);
    frame.anchor = anchor;
    frame.after_brace = offset(mark) > 0 && text_.substr(0, offset(mark)).ends_with('{');
    if (frames_.size() >= deepest) throw Stop{frame.node.mark, too_deep()};
    frames_.push_back(std::move(frame));
  }

  void end() {
    Frame frame = std::move(frames_.back());
    frames_.pop_back();
    after_brace_ = frame.after_brace;
    if (frame.braces) {
      frame.node.kind = Node::Kind::scalar;
      frame.node.unresolved = true;
    }
    add(std::move(frame.node), frame.anchor);
  }

  void add(Node node, YAML::anchor_t anchor) {
    spend(1 + node.text.size() / 32, node.mark);
    if (anchor != 0) {
      spend(weight(node), node.mark);
      anchors_[anchor] = node;
    }
    if (frames_.empty()) {
      root_ = std::move(node);
      return;
    }
    Frame& top = frames_.back();
    if (top.node.is_list()) {
      top.node.items.push_back(std::move(node));
    } else if (!top.has_key) {
      add_key(top, node);
    } else {
      top.has_key = false;
      node.place = top.key_mark;
      if (!top.drop) top.node.entries.push_back({std::move(top.key), top.key_mark, std::move(node)});
    }
  }

  void add_key(Frame& top, const Node& node) {
    top.has_key = true;
    top.drop = true;
    top.key = node.text;
    top.key_mark = node.mark;
    if (!node.is_scalar()) {
      top.braces = node.is_map() && after_brace_;
      problems_.error(node.mark, top.path,
                      top.braces ? "a template must stand in quotes: write \"{{ ... }}\""
                                 : fmt::format("a key must be a word, not {}", kind_name(node.kind)));
      return;
    }
    if (node.text == "<<" && !node.quoted) {
      problems_.error(node.mark, top.path, "merge keys ('<<') are not supported: write the keys out");
      return;
    }
    const auto [first, fresh] = top.keys.emplace(node.text, node.mark);
    if (fresh) {
      top.drop = false;
      return;
    }
    problems_.error(node.mark, top.path,
                    fmt::format("duplicate key {}: it stands already at {}:{}:{}", in_quotes(node.text),
                                files_.at(file_).name, first->second.line, first->second.column));
  }

  const Files& files_;
  std::string_view text_;
  std::uint32_t file_;
  std::size_t& weight_left_;
  Problems& problems_;
  int documents_ = 0;
  Mark last_;
  std::size_t last_offset_ = 0;
  bool after_brace_ = false;  // of the list or map that was closed last
  Node root_;
  std::vector<Frame> frames_;
  std::map<YAML::anchor_t, Node> anchors_;
};

}  // namespace

std::optional<Node> parse_yaml(const Files& files, std::uint32_t file, std::size_t& weight_left, Problems& problems) {
  Builder builder(files, file, weight_left, problems);
  std::istringstream stream(files.at(file).text);
  try {
    YAML::Parser parser(stream);
    while (parser.HandleNextDocument(builder)) {
    }
    return builder.take();
  } catch (const Stop& stop) {
    problems.error(stop.mark, {}, stop.text);
  } catch (const YAML::Exception& exception) {
    Mark mark{file, 0, 0, 1};
    if (!exception.mark.is_null()) mark = files.mark_at(file, static_cast<std::size_t>(exception.mark.pos));
    problems.error(mark, {}, explain_yaml_error(exception.msg, files.line(file, mark.line)));
  }
  return std::nullopt;
}

}  // namespace fieldgate::config
