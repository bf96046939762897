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

}  // namespace fieldgate::cli
