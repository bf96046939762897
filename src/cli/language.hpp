// All options that a configuration may hold, as their readers describe them: what `list`, `explain` and `reference`
// show.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "config/section.hpp"

namespace fieldgate::cli {

/// A type that `type:` may name.
struct Type {
  std::string name;
  std::string meaning;
  std::vector<config::Description> options;  ///< its own, without those that all of its kind have
};

/// All types of one kind: "adapter", "framing".
struct Kind {
  std::string name;
  std::vector<Type> types;
};

struct Language {
  std::vector<config::Description> root;  ///< the keys of the file
  std::vector<Kind> kinds;
};

/// What the gateway understands.
Language language();

/// A kind by its name or its plural; null where there is none.
const Kind* find_kind(const Language& language, std::string_view name);

/// "framings"; what stands at the top of a file is called so already.
std::string plural(std::string_view kind);

/// One thing that `explain` can explain: an option, or a type with its options.
struct Entry {
  std::string path;  ///< "sinks.http.batch.timeout", "framing.length_field"
  const config::Description* option = nullptr;
  const Type* type = nullptr;
};

/// Every option and type. Names that the operator chooses are left out of the paths; where a kind has types, their
/// names stand in the place: "sinks.http.batch.timeout". The language must outlive the entries.
std::vector<Entry> entries(const Language& language);

/// The entries that a path names: wholly, or as its end ("length_size"), or with a kind's plural for its name.
std::vector<const Entry*> find(const std::vector<Entry>& entries, const Language& language, std::string_view path);

/// The same for a path as errors print it, with names of components, indexes, and without the types' names:
/// "adapters.meters.protocol.framing.length_size", "framing.checksum.size". Of entries that mean the same, the first.
std::vector<const Entry*> find_loosely(const std::vector<Entry>& entries, const Language& language,
                                       std::string_view path);

}  // namespace fieldgate::cli
