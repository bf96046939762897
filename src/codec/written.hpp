// The documents of one frame as a codec of text writes them: all given on, or none.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "codec/codec.hpp"
#include "codec/json_checker.hpp"

namespace fieldgate::codec {

/// Documents, written one behind the other into one buffer that is used again.
class Written {
 public:
  /// `paths` outlives this.
  explicit Written(const expression::Paths& paths) : paths_(paths), checker_(paths) {}

  /// Forgets all documents. Where the first one's text goes: valid JSON.
  std::string& begin() {
    json_.clear();
    records_.clear();
    return json_;
  }

  /// The same text again.
  std::string& text() { return json_; }

  /// What was appended since the last one is a document.
  void end(std::optional<TimePoint> time = std::nullopt) { records_.push_back({json_.size(), time}); }

  std::size_t size() const { return records_.size(); }

  /// Whether a frame of so many bytes has become far more than it was: what repeats in each document adds up.
  bool is_too_large(std::size_t frame) const { return json_.size() > 64 * 1024 + 128 * frame; }
  static constexpr Failure too_large{"too_large", "the documents would be far larger than their frame", 0};

  void deliver(Receiver& out) {
    std::size_t begin = 0;
    for (const Record& record : records_) {
      const std::string_view text = std::string_view(json_).substr(begin, record.end - begin);
      Document document;
      if (paths_.size() == 0) {
        document.json = text;
      } else {
        checker_.pick_front(text, document);
      }
      document.time = record.time;
      begin = record.end;
      out.document(document);
    }
  }

 private:
  struct Record {
    std::size_t end;  // in json_
    std::optional<TimePoint> time;
  };

  const expression::Paths& paths_;
  JsonChecker checker_;
  std::string json_;
  std::vector<Record> records_;
};

}  // namespace fieldgate::codec
