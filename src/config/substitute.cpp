// Replacing ${VAR}, ${file:PATH} and ${credential:NAME} in the scalars of a parsed file.
#include "config/substitute.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <string>

#include "config/read_file.hpp"
#include "config/section.hpp"
#include "config/values.hpp"
#include "message/json.hpp"

namespace fieldgate::config {
namespace {

Error wrong(std::string text) { return {"config", std::move(text)}; }

struct Replacement {
  std::string text;
  bool secret = false;
};

bool is_name(std::string_view name) {
  const bool word = std::all_of(name.begin(), name.end(), [](unsigned char c) {
    return c == '_' || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
  });
  return word && !name.empty() && !(name[0] >= '0' && name[0] <= '9');
}

Result<Replacement> from_file(const std::filesystem::path& path, std::string_view what) {
  Result<std::string> text = read_file(path);
  if (!text) return wrong(fmt::format("cannot read {}: {}", what, text.error().text));
  if (text->find('\0') != std::string::npos || json::find_invalid_utf8(*text) != std::string_view::npos) {
    return wrong(fmt::format("cannot read {}: it is not UTF-8 text", what));
  }
  if (text->ends_with('\n')) text->pop_back();
  if (text->ends_with('\r')) text->pop_back();
  return Replacement{std::move(*text), true};
}

Result<Replacement> from_credential(const std::string& name) {
  if (name.empty() || name.find('/') != std::string::npos || name.starts_with('.')) {
    return wrong(fmt::format("{} is no name of a credential", in_quotes(name)));
  }
  const char* folder = std::getenv("CREDENTIALS_DIRECTORY");
  if (folder == nullptr) {
    return wrong(
        fmt::format("no credential {}: $CREDENTIALS_DIRECTORY is not set; systemd sets it for LoadCredential={}:PATH",
                    in_quotes(name), name));
  }
  return from_file(std::filesystem::path(folder) / name, fmt::format("the credential {}", in_quotes(name)));
}

/// NAME, NAME:-default or NAME:?message.
Result<Replacement> from_environment(std::string_view inside) {
  const std::size_t colon = inside.find(':');
  const std::string name(inside.substr(0, colon));
  const std::string_view rest = colon == std::string_view::npos ? std::string_view() : inside.substr(colon);
  if (!is_name(name))
    return wrong(fmt::format("{} is no name of an environment variable; write $${{ for a plain ${{", in_quotes(name)));
  if (!rest.empty() && !rest.starts_with(":-") && !rest.starts_with(":?")) {
    return wrong(
        fmt::format("{} is not understood: write ${{{}}}, ${{{}:-default}}, ${{{}:?message}}, ${{file:PATH}} or "
                    "${{credential:NAME}}",
                    in_quotes(fmt::format("${{{}}}", inside)), name, name, name));
  }
  const char* value = std::getenv(name.c_str());
  const bool usable = value != nullptr && (rest.empty() || *value != '\0');
  if (usable) return Replacement{value, false};
  if (rest.starts_with(":-")) return Replacement{std::string(rest.substr(2)), false};
  if (rest.size() > 2) return wrong(fmt::format("the environment variable {} is not set: {}", name, rest.substr(2)));
  return wrong(fmt::format("the environment variable {} is not set; set it, or write ${{{}:-default}}", name, name));
}

Result<Replacement> replacement(std::string_view inside, const std::filesystem::path& folder) {
  if (inside.starts_with("file:")) {
    const std::filesystem::path path(inside.substr(5));
    if (path.empty()) return wrong("${file:} needs a path");
    return from_file(path.is_relative() ? folder / path : path,
                     fmt::format("the file {}", in_quotes(inside.substr(5))));
  }
  if (inside.starts_with("credential:")) return from_credential(std::string(inside.substr(11)));
  return from_environment(inside);
}

/// A scalar with its `${..}` replaced.
struct Replaced {
  std::string text;
  bool substituted = false;
  bool secret = false;
  bool unresolved = false;  ///< there was one, and it was not to be looked up
};

/// Replaces the `${..}` that `rest` starts with.
Result<void> replace_one(std::string_view& rest, const std::filesystem::path& folder, bool look_up, Replaced& out) {
  const std::size_t close = rest.find('}');
  if (close == std::string_view::npos) return wrong("a ${ is not closed; write $${ for a plain ${");
  const std::string_view inside = rest.substr(2, close - 2);
  if (inside.find("${") != std::string_view::npos) return wrong("a ${..} cannot hold another one");
  rest.remove_prefix(close + 1);
  if (!look_up) {
    out.unresolved = true;
    return {};
  }
  Result<Replacement> found = replacement(inside, folder);
  if (!found) return found.error();
  out.substituted = true;
  out.secret = out.secret || found->secret;
  out.text += found->text;
  return {};
}

Result<Replaced> replace_all(std::string_view rest, const std::filesystem::path& folder, bool look_up) {
  Replaced out;
  while (!rest.empty() && !out.unresolved) {
    const std::size_t dollar = std::min(rest.find('$'), rest.size());
    out.text += rest.substr(0, dollar);
    rest.remove_prefix(dollar);
    if (rest.starts_with("$${")) {
      out.text += "${";
      rest.remove_prefix(3);
    } else if (rest.starts_with("${")) {
      if (auto replaced = replace_one(rest, folder, look_up, out); !replaced) return replaced.error();
    } else if (!rest.empty()) {
      out.text += '$';
      rest.remove_prefix(1);
    }
  }
  return out;
}

class Substitution {
 public:
  Substitution(const Files& files, bool syntax_only, Problems& problems)
      : files_(files), syntax_only_(syntax_only), problems_(problems) {}

  void walk(Node& node, const std::string& path) {
    if (node.is_scalar()) scalar(node, path);
    for (std::size_t i = 0; i < node.items.size(); ++i) walk(node.items[i], fmt::format("{}[{}]", path, i));
    for (Node::Entry& entry : node.entries)
      walk(entry.value, path.empty() ? entry.key : fmt::format("{}.{}", path, entry.key));
  }

 private:
  /// After a problem the scalar counts as unresolved, so that nothing else is said of it.
  void scalar(Node& node, const std::string& path) {
    if (node.text.find("${") == std::string::npos) return;
    auto replaced = replace_all(node.text, files_.directory(node.mark.file), !syntax_only_);
    if (!replaced) problems_.error(node.mark, path, replaced.error().text);
    node.unresolved = !replaced || replaced->unresolved;
    if (node.unresolved) return;
    node.substituted = replaced->substituted;
    node.secret = replaced->secret;
    if (node.secret) node.source = std::move(node.text);
    node.text = std::move(replaced->text);
  }

  const Files& files_;
  bool syntax_only_;
  Problems& problems_;
};

}  // namespace

void substitute(Node& node, const Files& files, bool syntax_only, Problems& problems) {
  Substitution(files, syntax_only, problems).walk(node, {});
}

Result<Secret> Secret::read_again() const {
  if (!has_source()) return *this;
  auto replaced = replace_all(source_, folder_, true);
  if (!replaced) return replaced.error();
  return Secret(std::move(replaced->text), source_, folder_);
}

}  // namespace fieldgate::config
