// Registry: rows of texts behind one another.
#include "device/registry.hpp"

#include <algorithm>

#include "message/glob.hpp"

namespace fieldgate::device {

namespace {

/// The text at `at`, which is then that of the next.
std::string_view next_text(const char*& at) {
  const std::string_view text(at);
  at += text.size() + 1;
  return text;
}

}  // namespace

std::string_view Registry::Row::secret() const { return {text_.get() + id_size_ + 1}; }

void Registry::Row::append_tags(std::vector<Meta>& tags) const {
  const char* at = text_.get() + id_size_ + 1;
  next_text(at);
  for (const std::string& name : *names_) {
    if (const std::string_view value = next_text(at); !value.empty()) tags.push_back({name, value});
  }
}

const Registry::Row& Registry::add(std::string_view id, const Names& names, std::string_view secret,
                                   const std::vector<std::string_view>& values) {
  std::size_t size = id.size() + secret.size() + 2 + values.size();
  for (const std::string_view value : values) size += value.size();
  Row& row = rows_.emplace_back();
  row.names_ = &names;
  row.id_size_ = static_cast<std::uint32_t>(id.size());
  row.text_ = std::make_unique<char[]>(size);
  char* at = row.text_.get();
  const auto append = [&at](std::string_view text) { at = std::copy(text.begin(), text.end(), at) + 1; };
  append(id);
  append(secret);
  for (const std::string_view value : values) append(value);
  if (row.is_glob()) globs_.push_back(&row);
  return row;
}

const Registry::Row& Registry::add(std::string_view id, const Tags& tags, std::string_view secret) {
  Names columns;
  std::vector<std::string_view> values;
  for (const auto& [name, value] : tags) {
    columns.push_back(name);
    values.push_back(value);
  }
  return add(id, names(std::move(columns)), secret, values);
}

const Registry::Row* Registry::fitting(std::string_view id) const {
  const auto fits =
      std::find_if(globs_.begin(), globs_.end(), [id](const Row* glob) { return glob_matches(glob->id(), id); });
  return fits == globs_.end() ? nullptr : *fits;
}

}  // namespace fieldgate::device
