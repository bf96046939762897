// Recorder: frames behind one another, the oldest overwritten.
#include "device/recorder.hpp"

#include <algorithm>
#include <cstring>
#include <functional>

namespace fieldgate::device {

/// Stands before a frame in the ring. Behind it: adapter, peer, device, verdict, text, the frame's bytes, and its
/// payload where that is not a part of them.
struct Recorder::Header {
  std::uint64_t number;
  TimePoint at;
  std::size_t size;
  std::uint32_t length;  // of all of it in the ring
  std::uint32_t before;  // where the one before stands
  std::uint16_t port;
  std::uint16_t bytes;
  std::uint16_t payload_at;  // from the first of the bytes on
  std::uint16_t payload_size;
  std::uint8_t adapter;
  std::uint8_t peer;
  std::uint8_t device;
  std::uint8_t verdict;
  std::uint8_t text;
  bool outgoing;
  bool payload_kept;
};

namespace {

std::string_view start_of(std::string_view text) { return text.substr(0, Recorder::max_text); }

/// A peer's address, or topic, without its port.
std::string_view place_of(const protocol::FrameRecord& record) {
  if (record.origin == nullptr) return start_of(record.peer);
  return start_of(record.origin->topic.empty() ? std::string_view(record.origin->peer_ip) : record.origin->topic);
}

std::string place_text(std::string_view place, std::uint16_t port) {
  if (port == 0) return std::string(place);
  const bool is_v6 = place.find(':') != std::string_view::npos;
  return (is_v6 ? "[" + std::string(place) + "]" : std::string(place)) + ":" + std::to_string(port);
}

std::uint16_t port_of(const protocol::FrameRecord& record) {
  return record.origin == nullptr ? std::uint16_t{0} : record.origin->peer_port;
}

/// Where a payload stands in what is kept of its frame; nothing: not, or not all of it.
std::optional<std::size_t> place_in(std::string_view kept, std::string_view payload) {
  const std::less_equal<const char*> order;
  if (!order(kept.data(), payload.data()) || !order(payload.data() + payload.size(), kept.data() + kept.size()))
    return std::nullopt;
  return static_cast<std::size_t>(payload.data() - kept.data());
}

std::size_t bytes_of(const Recorded& frame) {
  return sizeof frame + frame.adapter.size() + frame.peer.size() + frame.device.size() + frame.verdict.size() +
         frame.text.size() + frame.bytes.size() + (frame.payload ? frame.payload->size() : 0);
}

}  // namespace

Recorder::Recorder(std::size_t capacity)
    : capacity_(capacity == 0 ? 0 : std::max(capacity, least_capacity)),
      // Not written before it is used: the kernel gives no memory for what no frame has reached.
      ring_(std::make_unique_for_overwrite<char[]>(capacity_)),
      end_(capacity_) {}

Recorder::Header Recorder::header(std::size_t offset) const {
  Header header;
  std::memcpy(&header, ring_.get() + offset, sizeof header);
  return header;
}

void Recorder::record(const protocol::FrameRecord& record) {
  for (Watcher* watcher : watchers_) watcher->recorded(record);
  if (capacity_ == 0) return;
  const std::string_view adapter = start_of(record.adapter);
  const std::string_view peer = place_of(record);
  const std::string_view device = start_of(record.device);
  const std::string_view verdict = start_of(record.verdict);
  const std::string_view text = start_of(record.text);
  const std::string_view bytes = record.bytes.substr(0, max_frame);
  const std::string_view payload = record.payload;
  const auto within = place_in(bytes, payload);
  const bool keeps =
      payload.data() != nullptr && (within || !place_in(record.bytes, payload)) && payload.size() <= max_frame;
  const std::string_view beside = keeps && !within ? payload : std::string_view();
  const std::size_t length = sizeof(Header) + adapter.size() + peer.size() + device.size() + verdict.size() +
                             text.size() + bytes.size() + beside.size();
  make_room(length);
  const auto narrow = [](std::string_view part) { return static_cast<std::uint8_t>(part.size()); };
  const Header header{++number_,
                      record.at.wall,
                      record.bytes.size(),
                      static_cast<std::uint32_t>(length),
                      static_cast<std::uint32_t>(newest_),
                      port_of(record),
                      static_cast<std::uint16_t>(bytes.size()),
                      static_cast<std::uint16_t>(within.value_or(bytes.size())),
                      static_cast<std::uint16_t>(keeps ? payload.size() : 0),
                      narrow(adapter),
                      narrow(peer),
                      narrow(device),
                      narrow(verdict),
                      narrow(text),
                      record.outgoing,
                      keeps};
  newest_ = head_;
  std::memcpy(ring_.get() + head_, &header, sizeof header);
  head_ += sizeof header;
  for (const std::string_view part : {adapter, peer, device, verdict, text, bytes, beside}) {
    part.copy(ring_.get() + head_, part.size());
    head_ += part.size();
  }
  if (count_++ == 0) oldest_ = newest_;
  if (record.undecoded) keep_incident(record);
}

/// Makes `length` bytes free from head_ on.
void Recorder::make_room(std::size_t length) {
  if (head_ + length > capacity_) {
    while (count_ > 0 && oldest_ >= head_) drop_oldest();
    end_ = head_;
    head_ = 0;
  }
  while (count_ > 0 && oldest_ >= head_ && oldest_ < head_ + length) drop_oldest();
}

void Recorder::drop_oldest() {
  oldest_ += header(oldest_).length;
  if (oldest_ == end_) {
    oldest_ = 0;
    end_ = capacity_;
  }
  --count_;
}

Recorded Recorder::read(std::size_t offset) const {
  const Header head = header(offset);
  const char* at = ring_.get() + offset + sizeof head;
  const auto next = [&at](std::size_t size) {
    const std::string_view part(at, size);
    at += size;
    return part;
  };
  Recorded frame;
  frame.number = head.number;
  frame.at = head.at;
  frame.outgoing = head.outgoing;
  frame.adapter = next(head.adapter);
  frame.peer = place_text(next(head.peer), head.port);
  frame.device = next(head.device);
  frame.verdict = next(head.verdict);
  frame.text = next(head.text);
  if (head.payload_kept) frame.payload.emplace(at + head.payload_at, head.payload_size);
  frame.bytes = next(head.bytes);
  frame.size = head.size;
  return frame;
}

/// Those that fit, the newest first; `fits` is asked with the peer's place and port, and the device.
template <class Fits>
std::vector<Recorded> Recorder::find(const Fits& fits, std::size_t limit) const {
  std::vector<Recorded> found;
  std::size_t offset = newest_;
  for (std::size_t i = 0; i < std::min(count_, max_looks) && found.size() < limit; ++i) {
    const Header head = header(offset);
    const char* const names = ring_.get() + offset + sizeof head + head.adapter;
    if (fits(std::string_view(names, head.peer), head.port, std::string_view(names + head.peer, head.device)))
      found.push_back(read(offset));
    offset = head.before;
  }
  return found;
}

std::vector<Recorded> Recorder::last(std::string_view device, std::string_view peer, std::size_t limit) const {
  const auto fits = [device, peer](std::string_view place, std::uint16_t port, std::string_view whose) {
    if (device.empty() && peer.empty()) return true;
    if (!device.empty() && whose == start_of(device)) return true;
    if (peer.empty() || !(device.empty() || whose.empty())) return false;
    return peer.size() >= place.size() && place_text(place, port) == peer;
  };
  return find(fits, limit);
}

/// Whatever peers send, this stays rare: it allocates, and looks through the ring.
void Recorder::keep_incident(const protocol::FrameRecord& record) {
  const auto now = record.at.steady;
  if (now - second_ >= std::chrono::seconds(1)) {
    second_ = now;
    in_second_ = 0;
  }
  if (in_second_ >= incidents_a_second) return;
  const std::string peer = place_text(place_of(record), port_of(record));
  const bool known = std::any_of(kept_.begin(), kept_.end(), [&](const Kept& kept) {
    return now - kept.at < same_again && kept.incident.reason == record.verdict &&
           kept.incident.frames.back().peer == peer && kept.incident.frames.back().adapter == start_of(record.adapter);
  });
  if (known) return;
  ++in_second_;
  Kept kept;
  kept.at = now;
  kept.incident.reason = record.verdict;
  const auto of_peer = [place = place_of(record), own = port_of(record)](std::string_view other, std::uint16_t port,
                                                                         std::string_view) {
    return other == place && port == own;
  };
  kept.incident.frames = find(of_peer, frames_of_incident);
  std::reverse(kept.incident.frames.begin(), kept.incident.frames.end());
  for (const Recorded& frame : kept.incident.frames) kept.bytes += bytes_of(frame);
  kept_bytes_ += kept.bytes;
  kept_.push_back(std::move(kept));
  while (kept_.size() > max_incidents || (kept_bytes_ > capacity_ / 8 && kept_.size() > 1)) {
    kept_bytes_ -= kept_.front().bytes;
    kept_.pop_front();
  }
}

std::vector<Recorder::Incident> Recorder::incidents() const {
  std::vector<Incident> all;
  for (auto kept = kept_.rbegin(); kept != kept_.rend(); ++kept) all.push_back(kept->incident);
  return all;
}

void Recorder::watch(Watcher& watcher) { watchers_.push_back(&watcher); }

void Recorder::unwatch(Watcher& watcher) { std::erase(watchers_, &watcher); }

}  // namespace fieldgate::device
