// The devices that an operator has registered, with what he says of each: compact, since there may be 100,000.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "message/message.hpp"

namespace fieldgate::device {

/// Names and values that an operator gives: a site, a hall, a line. In the order in which they go into the envelope.
using Tags = std::vector<std::pair<std::string, std::string>>;

/// Filled while a configuration is read, and then never changed.
class Registry {
 public:
  using Names = std::vector<std::string>;

  /// One row: of one device, or of all whose ids a glob (`*`, `?`) fits.
  class Row {
   public:
    std::string_view id() const { return {text_.get(), id_size_}; }
    bool is_glob() const { return id().find_first_of("*?") != std::string_view::npos; }
    std::string_view secret() const;  ///< empty: none
    /// Appends its tags, without `id` and `secret`; empty columns are none.
    void append_tags(std::vector<Meta>& tags) const;

   private:
    friend class Registry;
    std::unique_ptr<char[]> text_;  // the id, the secret and the values; each ends with NUL
    const Names* names_ = nullptr;  // of the values
    std::uint32_t id_size_ = 0;
  };

  /// The one copy of the names of columns, which rows share.
  const Names& names(Names names) { return *names_.insert(std::move(names)).first; }

  /// `names` are those of the values, in one copy. No id twice; nothing holds a NUL.
  const Row& add(std::string_view id, const Names& names, std::string_view secret,
                 const std::vector<std::string_view>& values);
  const Row& add(std::string_view id, const Tags& tags, std::string_view secret);

  const std::deque<Row>& rows() const { return rows_; }
  std::size_t globs() const { return globs_.size(); }

  /// The first glob, in the order of the file, that the id fits; null if none does.
  const Row* fitting(std::string_view id) const;

 private:
  std::deque<Row> rows_;
  std::vector<const Row*> globs_;
  std::set<Names> names_;
};

}  // namespace fieldgate::device
