// Collecting what is wrong with a configuration, and guessing which word was meant.
#include "config/problem.hpp"

#include <algorithm>
#include <cctype>
#include <tuple>
#include <utility>

namespace fieldgate::config {
namespace {

std::string lowered(std::string_view word) {
  std::string out(word);
  for (char& c : out) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return out;
}

/// How many insertions, removals, replacements and swaps of neighbours lie between two words (optimal string
/// alignment).
std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> before(b.size() + 1), last(b.size() + 1), now(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) last[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    now[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      now[j] = std::min({last[j] + 1, now[j - 1] + 1, last[j - 1] + (a[i - 1] == b[j - 1] ? 0U : 1U)});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) now[j] = std::min(now[j], before[j - 2] + 1);
    }
    std::swap(before, last);
    std::swap(last, now);
  }
  return last[b.size()];
}

}  // namespace

void Problems::error(const Mark& mark, std::string path, std::string text) {
  add({Problem::Severity::error, mark, std::move(path), std::move(text)});
}

void Problems::warning(const Mark& mark, std::string path, std::string text) {
  add({Problem::Severity::warning, mark, std::move(path), std::move(text)});
}

void Problems::keep_only(const std::function<bool(const Problem&)>& wanted) {
  std::erase_if(problems_, [&](const Problem& problem) { return !wanted(problem); });
  errors_ = static_cast<std::size_t>(std::count_if(problems_.begin(), problems_.end(), [](const Problem& problem) {
    return problem.severity == Problem::Severity::error;
  }));
  warnings_ = problems_.size() - errors_;
}

// A protocol that two adapters name is read twice, under the same or another path: its problems are still one.
void Problems::add(Problem problem) {
  std::string place = std::to_string(problem.mark.file) + ':' + std::to_string(problem.mark.line) + ':' +
                      std::to_string(problem.mark.column);
  if (problem.mark.line == 0) place += problem.path;
  place += problem.severity == Problem::Severity::error ? 'e' : 'w';
  if (!seen_.insert(place + problem.text).second) return;
  ++(problem.severity == Problem::Severity::error ? errors_ : warnings_);
  problems_.push_back(std::move(problem));
}

const std::vector<Problem>& Problems::sorted() {
  std::stable_sort(problems_.begin(), problems_.end(), [](const Problem& a, const Problem& b) {
    return std::tie(a.mark.file, a.mark.line, a.mark.column) < std::tie(b.mark.file, b.mark.line, b.mark.column);
  });
  return problems_;
}

std::string joined(const std::vector<std::string_view>& words) {
  std::string out;
  for (std::string_view word : words) {
    if (!out.empty()) out += ", ";
    out += word;
  }
  return out;
}

std::string_view nearest(std::string_view word, const std::vector<std::string_view>& known) {
  constexpr std::size_t longest = 64;
  if (word.empty() || word.size() > longest) return {};
  std::string_view best;
  std::size_t least = std::max<std::size_t>(1, word.size() / 3) + 1;
  for (std::string_view candidate : known) {
    if (candidate.size() > longest) continue;
    const std::size_t steps = distance(lowered(word), lowered(candidate));
    // A short word that shares nothing ("qos" for "url") is no guess.
    if (steps > least || steps >= std::max(word.size(), candidate.size())) continue;
    // Of two that are as near, the one that begins alike: `date` is `data` rather than `late`.
    if (steps == least && (best.empty() || best.front() == word.front() || candidate.front() != word.front())) continue;
    least = steps;
    best = candidate;
  }
  return best;
}

std::string did_you_mean(std::string_view word, const std::vector<std::string_view>& known) {
  const std::string_view guess = nearest(word, known);
  if (guess.empty()) return {};
  return ", did you mean '" + std::string(guess) + "'?";
}

}  // namespace fieldgate::config
