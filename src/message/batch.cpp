// Batch: the records' boundaries.
#include "message/batch.hpp"

namespace fieldgate {

void Batch::commit(char separator, std::string_view key, Receipt receipt,
                   std::chrono::steady_clock::time_point received) {
  text_.push_back(separator);
  keys_.append(key);
  records_.push_back(
      {static_cast<std::uint32_t>(text_.size()), static_cast<std::uint32_t>(keys_.size()), receipt, received});
}

std::string_view Batch::record(std::size_t index) const { return run(index, index + 1); }

std::string_view Batch::key(std::size_t index) const {
  const std::size_t begin = index == 0 ? 0 : records_[index - 1].key_end;
  return std::string_view(keys_).substr(begin, records_[index].key_end - begin);
}

std::string_view Batch::run(std::size_t first, std::size_t last) const {
  if (first >= last) return {};
  const std::size_t begin = first == 0 ? 0 : records_[first - 1].end;
  return std::string_view(text_).substr(begin, records_[last - 1].end - 1 - begin);
}

void Batch::clear() {
  text_.clear();
  keys_.clear();
  records_.clear();
}

void Batch::reserve(std::size_t bytes, std::size_t records) {
  text_.reserve(bytes);
  records_.reserve(records);
}

}  // namespace fieldgate
