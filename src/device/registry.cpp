// Registry: rows of values behind one another.
#include "device/registry.hpp"

#include <fnmatch.h>

namespace fieldgate::device {

namespace {

std::string_view first_of(std::string_view& values) {
  const std::size_t end = values.find('\0');
  const std::string_view value = values.substr(0, end);
  values.remove_prefix(end + 1);
  return value;
}

}  // namespace

std::string_view Registry::Row::secret() const {
  std::string_view values = values_;
  return first_of(values);
}

void Registry::Row::append_tags(std::vector<Meta>& tags) const {
  std::string_view values = values_;
  first_of(values);
  for (const std::string& name : *names_) {
    if (const std::string_view value = first_of(values); !value.empty()) tags.push_back({name, value});
  }
}

bool Registry::add(std::string id, const Tags& tags, std::string_view secret) {
  if (ids_.contains(id)) return false;
  std::vector<std::string> names;
  Row& row = rows_.emplace_back();
  row.id_ = std::move(id);
  row.values_.append(secret).push_back('\0');
  for (const auto& [name, value] : tags) {
    names.push_back(name);
    row.values_.append(value).push_back('\0');
  }
  row.values_.shrink_to_fit();
  row.names_ = &*columns_.insert(std::move(names)).first;
  ids_.insert(row.id_);
  if (row.is_glob()) globs_.push_back(&row);
  return true;
}

const Registry::Row* Registry::fitting(std::string_view id) const {
  const std::string text(id);
  for (const Row* glob : globs_) {
    if (::fnmatch(glob->id().c_str(), text.c_str(), FNM_NOESCAPE) == 0) return glob;
  }
  return nullptr;
}

}  // namespace fieldgate::device
