// What is wrong with a configuration: every error and warning of it, with its place in the file.
#pragma once

#include <cstdint>
#include <functional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace fieldgate::config {

/// A place in a configuration file. Lines and columns count from 1; a line of 0 means the file as a whole.
struct Mark {
  std::uint32_t file = 0;  ///< index into the loader's list of files
  std::uint32_t line = 0;
  std::uint32_t column = 0;
  std::uint32_t length = 1;  ///< how many characters the caret underlines
  bool operator==(const Mark&) const = default;
};

struct Problem {
  enum class Severity : std::uint8_t { error, warning };
  Severity severity = Severity::error;
  Mark mark;
  std::string path;  ///< of the section it is about: "adapters.meters.protocol.framing"; empty at the top
  std::string text;  ///< "unknown key 'lenght_size', did you mean 'length_size'?"
};

/// Collects problems, so that an operator sees all of them at once. The same problem at the same place is kept once.
class Problems {
 public:
  void error(const Mark& mark, std::string path, std::string text);
  void warning(const Mark& mark, std::string path, std::string text);

  /// Forgets all problems but those.
  void keep_only(const std::function<bool(const Problem&)>& wanted);

  /// The text under this mark is a secret: wherever its line is shown, it is ***.
  void hide(const Mark& mark) { hidden_.push_back(mark); }
  const std::vector<Mark>& hidden() const { return hidden_; }

  /// In the order of the files and lines.
  const std::vector<Problem>& sorted();
  std::size_t errors() const { return errors_; }
  std::size_t warnings() const { return warnings_; }

 private:
  void add(Problem problem);

  std::vector<Problem> problems_;
  std::vector<Mark> hidden_;
  std::set<std::string> seen_;
  std::size_t errors_ = 0;
  std::size_t warnings_ = 0;
};

/// "a, b, c", for messages that name what is known.
std::string joined(const std::vector<std::string_view>& words);

/// The closest of `known` to `word`, for "did you mean"; empty if nothing is near.
std::string_view nearest(std::string_view word, const std::vector<std::string_view>& known);

/// ", did you mean 'x'?" or nothing.
std::string did_you_mean(std::string_view word, const std::vector<std::string_view>& known);

}  // namespace fieldgate::config
