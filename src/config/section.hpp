// A map of the configuration, read option by option. The face of this room.
//
// Whoever reads an option says in the same line what it is called, what it defaults to and what it means; that one
// description feeds the parser, `fieldgate explain` and the reference. A component's reader therefore asks for all of
// its options, always and unconditionally, and checks afterwards how they fit together.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <initializer_list>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <typeindex>
#include <utility>
#include <vector>

#include "config/description.hpp"
#include "config/files.hpp"
#include "config/library.hpp"
#include "config/problem.hpp"
#include "message/result.hpp"
#include "message/time.hpp"

namespace fieldgate::config {

/// Marks an option that a file must give.
struct Required {};
inline constexpr Required required;

/// What an option is when the file leaves it out: a value, or nothing because it is required. Where the default depends
/// on something else, `shown` says so in the reference ("the host name").
template <class T>
struct Default {
  Default(T v) : value(std::move(v)) {}
  Default(Required) {}
  Default(T v, std::string_view text) : value(std::move(v)), shown(text) {}
  template <class U>
  requires(std::is_convertible_v<U, T> && !std::is_same_v<std::remove_cvref_t<U>, T>) Default(U v)
      : value(T(std::move(v))) {}

  std::optional<T> value;
  std::string_view shown;
};

/// Bounds of a number, both included.
struct Range {
  std::int64_t from = INT64_MIN;
  std::int64_t to = INT64_MAX;
};

/// A text that never shows: logs, `check`, and errors print ***. Ask for it by name where it is really used.
class Secret {
 public:
  Secret() = default;
  explicit Secret(std::string text) : text_(std::move(text)) {}
  /// `source` is the text as it stands in the file, with its `${file:}` or `${credential:}`; `folder` is where relative
  /// paths in it start.
  Secret(std::string text, std::string source, std::filesystem::path folder)
      : text_(std::move(text)), source_(std::move(source)), folder_(std::move(folder)) {}

  const std::string& reveal() const { return text_; }
  bool empty() const { return text_.empty(); }

  /// Whether it came from a file, which may hold another by now.
  bool has_source() const { return !source_.empty(); }
  /// The secret as it is now; the same where it has no source. Blocks.
  Result<Secret> read_again() const;

  bool operator==(const Secret&) const = default;

 private:
  std::string text_;
  std::string source_;
  std::filesystem::path folder_;
};

/// A rate limit: `10/s`, `600/m`; the amount per second as a fraction.
struct Rate {
  double per_second = 0;
  bool operator==(const Rate&) const = default;
};

/// Where a listener binds or a client connects to: `host:port`, `[v6]:port`, `unix:/path`, `systemd:NAME`.
struct Address {
  enum class Kind : std::uint8_t { tcp, unix_socket, systemd };
  Kind kind = Kind::tcp;
  std::string host;  ///< without brackets; of systemd: the socket's name; of unix: the path
  std::uint16_t port = 0;
  std::string text() const;  ///< as the operator would write it
  bool operator==(const Address&) const = default;
};

/// A word and the value it stands for: one choice of an option.
template <class T>
struct Choice {
  std::string_view word;
  T value;
};

class Reader;
struct Node;  // a YAML node, already checked; see node.hpp

/// One map of the file, or, when a component is only being described, none: then every option yields its default.
/// At its end it reports the keys that nobody asked for, and the required ones that are not there.
class Section {
 public:
  /// `place` is where problems of a section without a node are shown: the key or map that should have held it.
  Section(Reader& reader, const Node* node, std::string path, std::vector<Description>* described, Mark place = {});
  ~Section();
  Section(const Section&) = delete;
  Section& operator=(const Section&) = delete;

  // Options. Each returns what the file says, or the default, also after a problem was reported.
  bool flag(std::string_view name, Default<bool> fallback, std::string_view meaning);
  std::int64_t integer(std::string_view name, Default<std::int64_t> fallback, std::string_view meaning,
                       Range range = {});
  std::string text(std::string_view name, Default<std::string> fallback, std::string_view meaning);
  std::vector<std::string> texts(std::string_view name, Default<std::vector<std::string>> fallback,
                                 std::string_view meaning);
  std::map<std::string, std::string> text_map(std::string_view name, std::string_view meaning);
  std::string bytes(std::string_view name, Default<std::string> fallback, std::string_view meaning);
  std::vector<std::string> bytes_list(std::string_view name, Default<std::vector<std::string>> fallback,
                                      std::string_view meaning);
  Duration duration(std::string_view name, Default<Duration> fallback, std::string_view meaning,
                    Duration at_least = {});
  /// `none` is written for nothing.
  std::optional<Duration> optional_duration(std::string_view name, std::string_view meaning);
  std::size_t size(std::string_view name, Default<std::size_t> fallback, std::string_view meaning, Range range = {0});
  std::optional<Rate> optional_rate(std::string_view name, std::string_view meaning);
  std::optional<std::int64_t> optional_integer(std::string_view name, std::string_view meaning, Range range = {});
  std::optional<std::string> optional_text(std::string_view name, std::string_view meaning);
  Secret secret(std::string_view name, std::string_view meaning);
  /// Header values and the like: every value is a secret.
  std::map<std::string, Secret> secret_map(std::string_view name, std::string_view meaning);
  std::filesystem::path path(std::string_view name, Default<std::string> fallback, std::string_view meaning);
  Address address(std::string_view name, Default<Address> fallback, std::string_view meaning);
  /// A range `[from, to]` as in Python.
  std::optional<std::pair<std::int64_t, std::int64_t>> slice(std::string_view name, std::string_view meaning);

  template <class T>
  T choice(std::string_view name, Default<T> fallback, std::string_view meaning,
           std::initializer_list<Choice<T>> choices) {
    std::vector<std::string_view> words;
    std::string_view shown;
    for (const Choice<T>& c : choices) {
      words.push_back(c.word);
      if (fallback.value && c.value == *fallback.value) shown = c.word;
    }
    const std::size_t index =
        choose(name, fallback.value.has_value(), fallback.shown.empty() ? shown : fallback.shown, meaning, words);
    if (index == npos) return fallback.value.value_or(choices.begin()->value);
    return (choices.begin() + static_cast<std::ptrdiff_t>(index))->value;
  }

  // Nested maps. `read` is called once: with the map, or with an empty one where the file leaves it out.
  void section(std::string_view name, std::string_view meaning, const std::function<void(Section&)>& read);
  /// A list of maps; `read` is called for each.
  void sections(std::string_view name, std::string_view meaning, const std::function<void(Section&)>& read);
  /// A map of maps whose keys are names that the operator chose; `read` is called for each.
  void named(std::string_view name, std::string_view meaning,
             const std::function<void(const std::string& key, Section&)>& read);

  /// A map, or the name of one in the map `root_key` of the root (`protocol: meter-v1`), or one of those with some of
  /// its keys replaced (`{ use: NAME, ... }`). `read` is called once with the map that results, and not at all after a
  /// problem. The path of a named one is where it is defined: `protocols.meter-v1`.
  void reference(std::string_view name, std::string_view root_key, std::string_view meaning,
                 const std::function<void(Section&)>& read);

  /// Takes an option that is read in another way (by `node`) or belongs to another reader, so that it counts as known.
  void claim(Description description);

  /// Says of the option just described that texts may stand for its sections: `fields: [a, b]`, `{ a: number }`.
  void may_be_short(std::string_view name);

  /// Says that this section is a type of the catalogue: "framing", "codec".
  void is_a(std::string_view kind) { kind_ = kind; }

  /// Whether every key counts as known: for a section whose type is unknown.
  void accept_all_keys(bool accept = true) { any_key_ = accept; }

  bool has(std::string_view name) const;
  /// Of the key's value; of the whole section if there is none.
  Mark mark(std::string_view name) const;
  Mark mark() const;
  /// Of one item of a list.
  Mark mark(std::string_view name, std::size_t item) const;
  /// Where a relative path in the option starts: the folder of the file that holds it.
  std::filesystem::path directory(std::string_view name) const;
  const Node* node(std::string_view name) const;
  const Node* node() const { return node_; }
  const std::string& path() const { return path_; }
  Reader& reader() const { return reader_; }
  bool describing() const { return described_ != nullptr; }

  /// Reports a problem with the option `name` (empty: the section); the text says what is wrong and what to write.
  void error(std::string_view name, std::string text);
  void warning(std::string_view name, std::string text);
  /// The same with its place, where the option is a list or a map of which one part is wrong.
  void error(const Mark& mark, std::string_view name, std::string text);

 private:
  struct Known {
    std::string name;
    bool is_secret;
  };
  /// An option that is required and was not given. Reported at the end, unless it turns out to be misspelt.
  struct Missing {
    Mark mark;
    std::string name;
    std::string meaning;
  };
  static constexpr std::size_t npos = ~std::size_t{0};

  const Node* ask(Description description);
  const Node* ask(Description description, bool (Node::*is)() const, std::string_view expected);
  template <class T, class Parse>
  T scalar(Description description, const Default<T>& fallback, const Parse& parse);
  template <class Parse>
  void items(std::string_view name, const Node& list, const Parse& parse);
  void check_literal(std::string_view name, const Node& node);
  void take_secret(std::string_view name, const Node& node);
  Secret secret_of(const Node& node) const;
  void report_unknown_keys();
  const Node* referred(std::string_view name, std::string_view root_key, const Node& word);
  std::size_t choose(std::string_view name, bool has_default, std::string_view shown, std::string_view meaning,
                     const std::vector<std::string_view>& words);

  Reader& reader_;
  const Node* node_;
  std::string path_;
  std::vector<Description>* described_;
  Mark place_;
  bool silent_ = false;  ///< what is wrong with the section as a whole has been said
  bool any_key_ = false;
  std::string kind_;
  std::vector<Known> known_;
  std::vector<Missing> missing_;
};

/// What all sections of one load share: the problems, the types that may be named, and where names lead.
class Reader {
 public:
  explicit Reader(Problems& problems) : problems_(problems) {}

  Problems& problems() { return problems_; }

  /// Registers, or gives, the one object of type T that readers need from outside: a registry of types, the environment
  /// of templates.
  template <class T>
  void provide(const T& object) {
    provided_[typeid(T)] = &object;
  }
  template <class T>
  const T& get() const {
    return *static_cast<const T*>(provided_.at(typeid(T)));
  }

  /// True for `check --syntax`: no file and no environment is touched.
  bool syntax_only = false;

  /// True for `run`: what is unsafe but works is then a warning, since a gateway that stays away loses messages.
  bool starting = false;

  /// The root of the file, for names that lead elsewhere in it (`protocol: meter-v1`).
  const Node* root = nullptr;

  /// True where some of the files have not been read: a name that is missing may be there.
  bool partial = false;

  /// Where marks lead, for relative paths.
  Files* files = nullptr;

  /// What the program ships, for names that the file itself does not define; null: nothing.
  const Library* library = nullptr;

  /// The definition of an entry of the library, whose file is read when it is first named. Null after a problem.
  const Node* shipped(const Library::Entry& entry);

  /// Keeps a map that was put together while reading.
  const Node& keep(Node node);

 private:
  Problems& problems_;
  std::map<std::type_index, const void*> provided_;
  std::vector<std::shared_ptr<const Node>> kept_;
  std::map<std::size_t, const Node*> shipped_;  // by the library's files; null: it cannot be read
};

/// The options that `read` asks for. `reader` must provide what `read` needs.
std::vector<Description> describe(Reader& reader, const std::function<void(Section&)>& read);

}  // namespace fieldgate::config
