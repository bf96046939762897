// Finding one's way among all options and types.
#include "cli/language.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace fieldgate::cli {
namespace {

using config::Description;

const Kind* kind_of(const Language& language, std::string_view name) {
  const auto found =
      std::find_if(language.kinds.begin(), language.kinds.end(), [&](const Kind& k) { return k.name == name; });
  return found == language.kinds.end() ? nullptr : &*found;
}

std::string below(const std::string& path, const std::string& name) {
  return path.empty() ? name : fmt::format("{}.{}", path, name);
}

std::vector<std::string_view> segments(std::string_view path) {
  std::vector<std::string_view> out;
  while (!path.empty()) {
    const std::size_t dot = std::min(path.find('.'), path.size());
    out.push_back(path.substr(0, std::min(dot, path.find('['))));  // "replies[0]" of an error is `replies`
    path.remove_prefix(std::min(dot + 1, path.size()));
  }
  return out;
}

/// Whether the path names the entry, but for the type's name in it: framing.checksum.size.
bool names_but_type(const std::vector<std::string_view>& path, const std::vector<std::string_view>& entry) {
  if (path.size() < 2 || entry.size() != path.size() + 1) return false;
  if (entry.front() != path.front() && entry.front() != plural(path.front())) return false;
  return std::equal(path.begin() + 1, path.end(), entry.begin() + 2);
}

class Lister {
 public:
  explicit Lister(const Language& language) : language_(language) {}

  std::vector<Entry> list() {
    options({}, language_.root);
    // Kinds that stand inside of others (framing, codec) are listed once, under their own name.
    for (const Kind& kind : language_.kinds) {
      if (!listed(kind)) types(kind.name, kind, {});
    }
    return std::move(out_);
  }

 private:
  void options(const std::string& path, const std::vector<Description>& all) {
    for (const Description& option : all) {
      const std::string here = below(path, option.name);
      out_.push_back({here, &option, nullptr});
      const Kind* kind = kind_of(language_, option.kind);
      if (kind && path.empty()) {
        types(here, *kind, option.options);
      } else {
        options(here, option.options);
      }
    }
  }

  /// `common`: the options that every type of the kind has.
  void types(const std::string& path, const Kind& kind, const std::vector<Description>& common) {
    done_.push_back(&kind);
    for (const Type& type : kind.types) {
      const std::string here = below(path, type.name);
      out_.push_back({here, nullptr, &type});
      options(here, common);
      options(here, type.options);
    }
  }

  bool listed(const Kind& kind) const { return std::find(done_.begin(), done_.end(), &kind) != done_.end(); }

  const Language& language_;
  std::vector<const Kind*> done_;
  std::vector<Entry> out_;
};

}  // namespace

std::string plural(std::string_view kind) { return fmt::format("{}s", kind); }

const Kind* find_kind(const Language& language, std::string_view name) {
  for (const Kind& kind : language.kinds) {
    if (name == kind.name || name == plural(kind.name)) return &kind;
  }
  return nullptr;
}

std::vector<Entry> entries(const Language& language) { return Lister(language).list(); }

std::vector<const Entry*> find(const std::vector<Entry>& entries, const Language& language, std::string_view path) {
  std::vector<std::string> spellings{std::string(path)};
  const std::size_t dot = std::min(path.find('.'), path.size());
  if (const Kind* kind = find_kind(language, path.substr(0, dot))) {
    for (const std::string& first : {kind->name, plural(kind->name)})
      spellings.push_back(first + std::string(path.substr(dot)));
  }
  std::vector<const Entry*> whole;
  std::vector<const Entry*> ends;
  for (const Entry& entry : entries) {
    if (std::find(spellings.begin(), spellings.end(), entry.path) != spellings.end()) {
      whole.push_back(&entry);
    } else if (entry.path.ends_with(fmt::format(".{}", path))) {
      ends.push_back(&entry);
    }
  }
  return whole.empty() ? ends : whole;
}

std::vector<const Entry*> find_loosely(const std::vector<Entry>& entries, const Language& language,
                                       std::string_view path) {
  std::vector<std::string_view> rest = segments(path);
  for (; !rest.empty(); rest.erase(rest.begin())) {
    const auto found = find(entries, language, fmt::format("{}", fmt::join(rest, ".")));
    if (!found.empty()) return found;
    std::vector<const Entry*> alike;
    for (const Entry& entry : entries) {
      const bool is_new = entry.option && std::none_of(alike.begin(), alike.end(), [&](const Entry* one) {
                            return one->option->meaning == entry.option->meaning;
                          });
      if (is_new && names_but_type(rest, segments(entry.path))) alike.push_back(&entry);
    }
    if (!alike.empty()) return alike;
    // Only names that the operator chose may be left out: in front of what stands in an error.
    if (rest.size() <= 2) break;
  }
  return {};
}

}  // namespace fieldgate::cli
