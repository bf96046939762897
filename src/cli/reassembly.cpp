// Reassembly: TCP segments into a stream, whatever their order, repeated or not.
#include "cli/capture.hpp"

namespace fieldgate::cli {

void Reassembly::begin(std::uint32_t sequence) {
  begun_ = true;
  next_ = sequence + 1;
  position_ = 0;
  waiting_.clear();
  waiting_bytes_ = 0;
}

void Reassembly::segment(std::uint32_t sequence, Bytes bytes, const Out& out) {
  if (bytes.empty()) return;
  if (!begun_) begin(sequence - 1);
  const auto ahead = static_cast<std::int32_t>(sequence - next_);
  if (ahead < 0) {
    const auto known = static_cast<std::size_t>(-static_cast<std::int64_t>(ahead));
    ++repeated_;
    if (known >= bytes.size()) return;
    bytes.remove_prefix(known);
  }
  const std::uint64_t place = position_ + (ahead > 0 ? static_cast<std::uint64_t>(ahead) : 0);
  std::string& slot = waiting_[place];
  if (slot.size() >= bytes.size()) {
    ++repeated_;
  } else {
    waiting_bytes_ += bytes.size() - slot.size();
    slot = bytes;
  }
  release(out);
  while (waiting_bytes_ > most_waiting) skip_gap(out);
}

/// Everything that joins on to what was given out.
void Reassembly::release(const Out& out) {
  while (!waiting_.empty() && waiting_.begin()->first <= position_) {
    const auto node = waiting_.extract(waiting_.begin());
    waiting_bytes_ -= node.mapped().size();
    const std::uint64_t known = position_ - node.key();
    if (known >= node.mapped().size()) continue;
    const Bytes fresh = Bytes(node.mapped()).substr(static_cast<std::size_t>(known));
    position_ += fresh.size();
    next_ += static_cast<std::uint32_t>(fresh.size());
    out(fresh, 0);
  }
}

void Reassembly::skip_gap(const Out& out) {
  const auto node = waiting_.extract(waiting_.begin());
  waiting_bytes_ -= node.mapped().size();
  const std::uint64_t lost = node.key() - position_;
  position_ = node.key() + node.mapped().size();
  next_ += static_cast<std::uint32_t>(lost + node.mapped().size());
  out(node.mapped(), static_cast<std::size_t>(lost));
  release(out);
}

void Reassembly::finish(const Out& out) {
  while (!waiting_.empty()) skip_gap(out);
}

}  // namespace fieldgate::cli
