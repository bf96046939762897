// The flight recorder: the last frames of all devices, in one ring of fixed size.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "message/message.hpp"
#include "protocol/protocol.hpp"

namespace fieldgate::device {

/// A frame that was recorded.
struct Recorded {
  std::uint64_t number = 0;  ///< counts all frames
  TimePoint at{};
  bool outgoing = false;
  std::string adapter;
  std::string peer;     ///< "10.0.0.1:4711", a topic; empty: a local one
  std::string device;   ///< empty: it was not known
  std::string verdict;  ///< see protocol::FrameRecord
  std::string text;
  std::string bytes;                   ///< as on the wire: the first of them
  std::size_t size = 0;                ///< of all of them
  std::optional<std::string> payload;  ///< what the codec read; nothing: no frame that came in, or not kept whole
};

/// Hears of each frame, and message, as it passes. Must be quick; must not call back.
class Watcher {
 public:
  virtual void recorded(const protocol::FrameRecord& record) = 0;
  /// On its way to the sinks.
  virtual void message(const Message& message) = 0;

 protected:
  ~Watcher() = default;
};

/// Lives on the reactor's thread. Recording copies a frame into the ring; nothing is allocated, but for what did not
/// decode.
class Recorder {
 public:
  static constexpr std::size_t max_frame = 1024;         ///< bytes of one that are kept, and of what its codec read
  static constexpr std::size_t max_text = 255;           ///< bytes of a name, and of what was wrong
  static constexpr std::size_t least_capacity = 4096;    ///< so that one fits in any case
  static constexpr std::size_t max_looks = 64 * 1024;    ///< frames that are looked at to find some
  static constexpr std::size_t max_incidents = 32;       ///< that are kept
  static constexpr std::size_t frames_of_incident = 16;  ///< and what is kept of each
  static constexpr auto same_again = std::chrono::minutes(1);  ///< until a peer's same error is an incident again
  static constexpr int incidents_a_second = 8;                 ///< of all peers together

  /// `capacity`: bytes of the ring; 0: nothing is recorded. Incidents take up to an eighth as many beside it.
  explicit Recorder(std::size_t capacity);

  void record(const protocol::FrameRecord& record);

  /// The last frames of a device, the newest first; with `peer` also those of this address that name no device. Without
  /// a device: all of the address; with neither: of everybody.
  std::vector<Recorded> last(std::string_view device, std::string_view peer, std::size_t limit) const;

  /// Frames of a peer that went before one that did not decode, kept although the ring goes on.
  struct Incident {
    std::string reason;
    std::vector<Recorded> frames;  ///< the first that came first; the last is the one that did not decode
  };
  /// The last of them, the newest first.
  std::vector<Incident> incidents() const;

  /// Watchers see everything from now on; few at a time.
  void watch(Watcher& watcher);
  void unwatch(Watcher& watcher);
  bool watched() const { return !watchers_.empty(); }
  void show(const Message& message) {
    for (Watcher* watcher : watchers_) watcher->message(message);
  }

 private:
  struct Header;
  struct Kept {
    Incident incident;
    std::chrono::steady_clock::time_point at;
    std::size_t bytes = 0;
  };

  Header header(std::size_t offset) const;
  void make_room(std::size_t length);
  void drop_oldest();
  void keep_incident(const protocol::FrameRecord& record);
  Recorded read(std::size_t offset) const;
  template <class Fits>
  std::vector<Recorded> find(const Fits& fits, std::size_t limit) const;

  std::size_t capacity_;
  std::unique_ptr<char[]> ring_;
  std::size_t head_ = 0;    // where the next goes
  std::size_t end_;         // behind the last before the ring begins anew
  std::size_t oldest_ = 0;  // where it is
  std::size_t newest_ = 0;
  std::size_t count_ = 0;  // of those that are whole
  std::uint64_t number_ = 0;
  std::deque<Kept> kept_;
  std::size_t kept_bytes_ = 0;
  std::chrono::steady_clock::time_point second_{};  // in which incidents are counted
  int in_second_ = 0;
  std::vector<Watcher*> watchers_;
};

}  // namespace fieldgate::device
