// Answers: a queue for each peer, and those queues in the order of what they wait for.
#include "protocol/answers.hpp"

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

namespace fieldgate::protocol {

namespace {

/// Peers that are written to in a row: about a millisecond of system calls.
constexpr std::size_t max_writes = 256;

/// Queues kept for their memory, and how much of it.
constexpr std::size_t max_spare = 1024;
constexpr std::size_t max_spare_bytes = 4096;
constexpr std::size_t max_spare_entries = 256;

}  // namespace

/// Up to where messages are settled.
struct Answers::Watermarks {
  Receipt stored;
  Receipt delivered;

  bool passed(After after, Receipt receipt) const {
    return after == After::received || receipt < (after == After::stored ? stored : delivered);
  }
};

class Answers::Queue {
 public:
  struct Entry {
    Receipt receipt;
    After after;
    std::uint32_t end;  // in `bytes`
  };

  std::size_t size() const { return entries.size() - first; }

  transport::Transport* transport = nullptr;
  Queue** owner = nullptr;  // null: of a datagram
  std::string to;
  std::vector<Entry> entries;
  std::string bytes;
  std::size_t first = 0;  // entry that has not gone out
  std::size_t sent = 0;   // bytes that have
  std::list<Queue>::iterator self;
  Order* waits = nullptr;  // where it is
  Order::iterator place;
  Order::node_type node;  // while it is nowhere: kept, so that coming back allocates nothing
};

Answers::Answers(const Receiver& receiver, std::size_t max_bytes) : receiver_(receiver), max_bytes_(max_bytes) {}

Answers::~Answers() = default;

Answers::Watermarks Answers::watermarks() const {
  return {receiver_.open_from(After::stored), receiver_.open_from(After::delivered)};
}

Answers::Queue& Answers::blank(transport::Transport& transport) {
  if (spare_.empty()) spare_.emplace_back();
  used_.splice(used_.end(), spare_, spare_.begin());
  Queue& queue = used_.back();
  queue.self = std::prev(used_.end());
  queue.transport = &transport;
  return queue;
}

void Answers::recycle(Queue& queue) {
  stop_waiting(queue);
  if (queue.owner != nullptr) {
    *std::exchange(queue.owner, nullptr) = nullptr;
  } else {
    --datagrams_;
    datagram_bytes_ -= queue.bytes.size();
  }
  if (spare_.size() >= max_spare || queue.bytes.capacity() > max_spare_bytes ||
      queue.entries.capacity() > max_spare_entries) {
    used_.erase(queue.self);
    return;
  }
  queue.to.clear();
  queue.entries.clear();
  queue.bytes.clear();
  queue.first = queue.sent = 0;
  spare_.splice(spare_.begin(), used_, queue.self);
}

void Answers::wait(Queue& queue) {
  if (queue.waits != nullptr) return;
  const Queue::Entry& front = queue.entries[queue.first];
  queue.waits = &order(front.after);
  if (queue.node.empty()) {
    queue.place = queue.waits->emplace(front.receipt, &queue).first;
  } else {
    queue.node.value() = {front.receipt, &queue};
    queue.place = queue.waits->insert(std::move(queue.node)).position;
  }
}

void Answers::stop_waiting(Queue& queue) {
  if (queue.waits == nullptr) return;
  queue.node = queue.waits->extract(queue.place);
  queue.waits = nullptr;
}

void Answers::add(Queue*& queue, transport::Transport& transport, After after, Receipt receipt, Bytes bytes) {
  if (queue == nullptr) {
    queue = &blank(transport);
    queue->owner = &queue;
  }
  queue->bytes.append(bytes);
  queue->entries.push_back({receipt, after, static_cast<std::uint32_t>(queue->bytes.size())});
  if (after != After::received) asked_[after == After::stored ? 0 : 1] = true;
}

bool Answers::add_datagram(transport::Transport& transport, Bytes to, After after, Receipt receipt, Bytes bytes) {
  const Watermarks marks = watermarks();
  if (marks.passed(after, receipt)) {
    transport.write(bytes, to);
    return true;
  }
  if (datagrams_ >= max_datagrams || datagram_bytes_ + bytes.size() > max_datagram_bytes) return false;
  Queue& queue = blank(transport);
  ++datagrams_;
  datagram_bytes_ += bytes.size();
  queue.to = to;
  queue.bytes = bytes;
  queue.entries.push_back({receipt, after, static_cast<std::uint32_t>(bytes.size())});
  asked_[after == After::stored ? 0 : 1] = true;
  wait(queue);
  return true;
}

bool Answers::full(const Queue* queue) const {
  return queue != nullptr && (queue->size() >= max_on_connection || queue->bytes.size() - queue->sent >= max_bytes_);
}

void Answers::drop(Queue*& queue) {
  if (queue != nullptr) recycle(*queue);
}

void Answers::send(Queue* queue) {
  if (queue != nullptr) send(*queue, watermarks());
}

void Answers::send(Queue& queue, const Watermarks& marks) {
  const auto begin = queue.entries.begin() + static_cast<std::ptrdiff_t>(queue.first);
  const auto end = std::find_if_not(begin, queue.entries.end(), [&marks](const Queue::Entry& entry) {
    return marks.passed(entry.after, entry.receipt);
  });
  if (begin == end) return wait(queue);
  stop_waiting(queue);
  const Bytes ready = Bytes(queue.bytes).substr(queue.sent, std::prev(end)->end - queue.sent);
  queue.transport->write(ready, queue.to);
  if (end == queue.entries.end()) return recycle(queue);
  queue.sent += ready.size();
  queue.first += static_cast<std::size_t>(end - begin);
  if (queue.first > queue.size()) {  // what was sent is more than what waits: moving that is cheap
    for (std::size_t i = queue.first; i < queue.entries.size(); ++i)
      queue.entries[i].end -= static_cast<std::uint32_t>(queue.sent);
    queue.entries.erase(queue.entries.begin(), queue.entries.begin() + static_cast<std::ptrdiff_t>(queue.first));
    queue.bytes.erase(0, queue.sent);
    queue.first = queue.sent = 0;
  }
  wait(queue);
}

bool Answers::settled() {
  const Watermarks marks = watermarks();
  std::size_t writes = 0;
  for (const After after : {After::stored, After::delivered}) {
    Order& waiting = order(after);
    while (!waiting.empty() && marks.passed(after, waiting.begin()->first)) {
      if (++writes > max_writes) return true;
      send(*waiting.begin()->second, marks);
    }
  }
  return false;
}

bool Answers::take_asked(After after) {
  return std::exchange(asked_[after == After::stored ? 0 : 1], false) && waiting();
}

}  // namespace fieldgate::protocol
