// One connection's stream: cutting it into frames, and what stands between them.
#pragma once

#include <memory>
#include <utility>

#include "protocol/framed.hpp"

namespace fieldgate::protocol {

/// Only the framer, and answers that wait, have a memory; and a conversation, where the protocol needs one.
class Framed::Connection final : public Protocol {
 public:
  Connection(Framed& shared, std::unique_ptr<framing::Framer> framer) : shared_(shared), framer_(std::move(framer)) {}
  ~Connection() override;

  void connection_made(transport::Transport& transport, const Origin& from) override;
  std::size_t data_received(Bytes bytes, const Origin& from, const Instant& now, std::string_view& close) override;
  std::size_t stalled(Bytes bytes, const Origin& from, const Instant& now, std::string_view& close) override;
  void connection_lost(std::string_view why) override;
  bool answers_wait() const override { return answers_ != nullptr; }
  bool full() const override { return shared_.answers_.full(answers_); }
  std::chrono::steady_clock::time_point paused_until() const override {
    return conversation_ ? conversation_->paused_until : peer_.paused_until;
  }

 private:
  std::size_t cut(Bytes bytes, Arrival& arrival);
  bool has_asides() const { return shared_.registration_ || shared_.heartbeat_; }
  bool take(const framing::Cut& cut, Bytes bytes, Arrival& arrival);
  bool goes_on(const Arrival& arrival);
  void send(Arrival& arrival);

  Framed& shared_;
  std::unique_ptr<framing::Framer> framer_;
  Peer& peer() { return conversation_ ? *conversation_ : peer_; }

  Peer peer_;  // where there is no conversation
  Answers::Queue* answers_ = nullptr;
  std::unique_ptr<Conversation> conversation_;
  bool begun_ = false;  // the framer has seen bytes that it has not used: they are no aside
};

}  // namespace fieldgate::protocol
