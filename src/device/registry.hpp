// The devices that an operator has registered, with what he says of each: compact, since there may be 100,000.
#pragma once

#include <deque>
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
  /// One row: of one device, or of all whose ids a glob (`*`, `?`) fits.
  class Row {
   public:
    const std::string& id() const { return id_; }
    bool is_glob() const { return id_.find_first_of("*?") != std::string::npos; }
    std::string_view secret() const;  ///< empty: none
    /// Appends its tags, without `id` and `secret`; empty columns are none.
    void append_tags(std::vector<Meta>& tags) const;

   private:
    friend class Registry;
    std::string id_;
    const std::vector<std::string>* names_ = nullptr;  // shared by all rows with the same columns
    std::string values_;                               // each ends with NUL; the first is the secret
  };

  /// False where the id is there already. Values hold no NUL.
  bool add(std::string id, const Tags& tags, std::string_view secret);

  const std::deque<Row>& rows() const { return rows_; }

  /// The first glob, in the order of the file, that the id fits; null if none does.
  const Row* fitting(std::string_view id) const;

 private:
  std::deque<Row> rows_;
  std::vector<const Row*> globs_;
  std::set<std::string_view> ids_;  // while it is filled
  std::set<std::vector<std::string>> columns_;
};

}  // namespace fieldgate::device
