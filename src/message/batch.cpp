// Batch: the records' boundaries.
#include "message/batch.hpp"

#include <algorithm>
#include <cstring>
#include <type_traits>

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

void Batch::append(const Batch& other, std::size_t first, std::size_t last, std::string_view mark) {
  for (std::size_t i = first; i < last; ++i) {
    const std::size_t begin = i == 0 ? 0 : other.records_[i - 1].end;
    const std::string_view record = std::string_view(other.text_).substr(begin, other.records_[i].end - begin);
    const std::size_t head = mark.empty() ? 0 : std::min<std::size_t>(1, record.size() - 1);
    text_.append(record.substr(0, head)).append(mark).append(record.substr(head));
    keys_.append(other.key(i));
    records_.push_back({static_cast<std::uint32_t>(text_.size()), static_cast<std::uint32_t>(keys_.size()),
                        other.records_[i].receipt, other.records_[i].received});
  }
}

Batch::Parts Batch::parts() const {
  return {text_, keys_, {reinterpret_cast<const char*>(records_.data()), records_.size() * sizeof(Record)}};
}

std::optional<Batch> Batch::restore(const Parts& parts, Epoch epoch, std::chrono::steady_clock::duration shift) {
  static_assert(std::is_trivially_copyable_v<Record> && sizeof(Record) == 24);
  if (parts.records.empty() || parts.records.size() % sizeof(Record) != 0) return std::nullopt;
  Batch batch;
  batch.text_ = parts.text;
  batch.keys_ = parts.keys;
  batch.records_.resize(parts.records.size() / sizeof(Record));
  std::memcpy(batch.records_.data(), parts.records.data(), parts.records.size());
  std::uint32_t end = 0;
  std::uint32_t key_end = 0;
  for (Record& record : batch.records_) {
    if (record.end <= end || record.key_end < key_end) return std::nullopt;
    end = record.end;
    key_end = record.key_end;
    record.received += shift;
  }
  if (end != parts.text.size() || key_end != parts.keys.size()) return std::nullopt;
  batch.epoch_ = epoch;
  return batch;
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
