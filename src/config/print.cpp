// Problems as operators and as machines read them.
#include "config/print.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string_view>
#include <vector>

#include "config/mask.hpp"

namespace fieldgate::config {
namespace {

std::string_view severity_name(Problem::Severity severity) {
  return severity == Problem::Severity::error ? "error" : "warning";
}

std::string count(std::size_t number, std::string_view one) {
  return fmt::format("{} {}{}", number, one, number == 1 ? "" : "s");
}

std::string file_name(const Files& files, std::uint32_t file) {
  return file < files.size() ? files.at(file).name : std::string();
}

/// The line with its number, and the caret. A tab of the line stands in the line of the caret as well, so that both
/// agree.
void append_line(std::string& out, const Problem& problem, const Problems& problems, const Files& files) {
  constexpr std::size_t longest =
      4096;  // nobody reads a longer line, and masking it for each of its problems takes time
  const std::string_view source = files.line(problem.mark.file, problem.mark.line);
  if (source.empty() || source.size() > longest) return;
  const ShownLine line = shown_line(source, problem.mark, problems.hidden());
  out += fmt::format("{:5} | {}\n", problem.mark.line, line.text);
  out += "      | ";
  for (char32_t c : line.before_caret) out += c == '\t' ? '\t' : ' ';
  out += '^';
  out.append(line.caret_length - 1, '~');
  out += '\n';
}

}  // namespace

std::string print_problems(Problems& problems, const Files& files) {
  std::string out;
  for (const Problem& problem : problems.sorted()) {
    out += file_name(files, problem.mark.file);
    if (problem.mark.line > 0) out += fmt::format(":{}:{}", problem.mark.line, problem.mark.column);
    out += fmt::format(": {}: ", severity_name(problem.severity));
    if (!problem.path.empty()) out += problem.path + ": ";
    out += problem.text + '\n';
    if (problem.mark.line > 0) append_line(out, problem, problems, files);
  }
  if (problems.errors() > 0) out += count(problems.errors(), "error");
  if (problems.warnings() > 0) out += (problems.errors() > 0 ? ", " : "") + count(problems.warnings(), "warning");
  return out.empty() ? out : out + '\n';
}

std::string print_problems_json(Problems& problems, const Files& files) {
  nlohmann::ordered_json out;
  out["ok"] = problems.errors() == 0;
  out["errors"] = nlohmann::ordered_json::array();
  out["warnings"] = nlohmann::ordered_json::array();
  for (const Problem& problem : problems.sorted()) {
    nlohmann::ordered_json one;
    one["file"] = file_name(files, problem.mark.file);
    one["line"] = problem.mark.line;
    one["column"] = problem.mark.column;
    one["severity"] = severity_name(problem.severity);
    one["path"] = problem.path;
    one["message"] = problem.text;
    out[problem.severity == Problem::Severity::error ? "errors" : "warnings"].push_back(std::move(one));
  }
  return out.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + '\n';
}

}  // namespace fieldgate::config
