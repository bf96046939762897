// Answers that wait until the messages which they acknowledge are settled.
#pragma once

#include <array>
#include <cstddef>
#include <list>
#include <set>
#include <utility>

#include "message/bytes.hpp"
#include "message/receipt.hpp"
#include "protocol/protocol.hpp"
#include "transport/transport.hpp"

namespace fieldgate::protocol {

/// The answers of one adapter's connections, or datagrams, that wait. What goes out together for one peer goes out in
/// one write. Settling costs O(log n) for each connection that has an answer to send, whatever else waits; at rest
/// nothing is allocated.
class Answers {
 public:
  /// Answers that may wait on one connection; then it is not read.
  static constexpr std::size_t max_on_connection = 1024;
  /// Datagrams that may wait to be answered, and the bytes of all their answers.
  static constexpr std::size_t max_datagrams = 10000;
  static constexpr std::size_t max_datagram_bytes = 16 * 1024 * 1024;

  /// The answers of one connection, in the order of their frames.
  class Queue;

  /// `max_bytes`: of answers that may wait on one connection, then it is not read. `receiver` knows what is settled,
  /// and outlives this.
  Answers(const Receiver& receiver, std::size_t max_bytes);
  ~Answers();
  Answers(const Answers&) = delete;
  Answers& operator=(const Answers&) = delete;

  /// Adds an answer of a connection, which waits until send() at least. `queue` is the connection's own pointer: null
  /// while nothing waits, and set back to null when nothing does any more.
  void add(Queue*& queue, transport::Transport& transport, After after, Receipt receipt, Bytes bytes);

  /// Adds the answer to a datagram from `to` and sends it if it may go. False: too many wait, it is dropped.
  bool add_datagram(transport::Transport& transport, Bytes to, After after, Receipt receipt, Bytes bytes);

  /// Writes what may go out of it (null: nothing).
  void send(Queue* queue);

  /// Whether it may take no more.
  bool full(const Queue* queue) const;

  /// Forgets what waits in it: the connection has ended.
  void drop(Queue*& queue);

  /// More may be settled: writes what may go out, but only so much that others get their turn. True: there is more.
  bool settled();

  /// Whether any answer waits to be settled.
  bool waiting() const { return !open_[0].empty() || !open_[1].empty(); }

  /// Whether answers that ask for `after` were added since the last call, and some still wait.
  bool take_asked(After after);

 private:
  /// By the receipt of the answer in front.
  using Order = std::set<std::pair<Receipt, Queue*>>;
  struct Watermarks;

  Queue& blank(transport::Transport& transport);
  void send(Queue& queue, const Watermarks& marks);
  void wait(Queue& queue);
  void stop_waiting(Queue& queue);
  void recycle(Queue& queue);
  Watermarks watermarks() const;
  Order& order(After after) { return open_[after == After::stored ? 0 : 1]; }

  const Receiver& receiver_;
  std::size_t max_bytes_;
  std::list<Queue> used_;
  std::list<Queue> spare_;
  std::array<Order, 2> open_;  // those whose front waits to be stored, and to be delivered
  std::array<bool, 2> asked_{};
  std::size_t datagrams_ = 0;
  std::size_t datagram_bytes_ = 0;
};

}  // namespace fieldgate::protocol
