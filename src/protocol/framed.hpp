// The usual protocol: a framer cuts the stream, a codec reads the frames, templates say whose they are and when.
#pragma once

#include <list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "message/siphash.hpp"
#include "protocol/agenda.hpp"
#include "protocol/answers.hpp"
#include "protocol/conversation.hpp"
#include "protocol/flapping.hpp"
#include "protocol/framed_config.hpp"
#include "protocol/observer.hpp"
#include "protocol/peer_notes.hpp"
#include "protocol/protocol.hpp"
#include "telemetry/adapter_counters.hpp"
#include "telemetry/log.hpp"

namespace fieldgate::protocol {

/// Where the answer to a datagram goes: see Transport::write.
struct ReturnPath {
  transport::Transport* transport = nullptr;  ///< null: there is none
  Bytes to;
};

/// What a device is to be told. Good for the length of a call.
struct Instruction {
  std::string_view name;                   ///< of one of the protocol's commands; "raw", "json"
  std::string_view content;                ///< an object's text: arguments, or the document; of "raw" the bytes
  std::string_view device;                 ///< {{ device }}
  bool framed = false;                     ///< of "raw": it passes the framing
  Agenda::Time not_after = Agenda::never;  ///< see Order
};

/// The limits of an adapter that its protocol keeps.
struct FramedLimits {
  std::size_t write_queue = 64 * 1024;                 ///< bytes of answers that may wait on one connection
  Duration identify_within = std::chrono::minutes(1);  ///< of connections, where there is a session
  Duration session = std::chrono::minutes(10);         ///< how long a sender of datagrams is remembered
  std::size_t senders = 65536;                         ///< how many of them are
};

/// The framed protocol of one adapter: what all of its connections share. Knows no clock: times come from outside, and
/// what falls due is done by tick().
class Framed final : private codec::Receiver {
 public:
  /// All but the config and the limits outlive it.
  Framed(FramedConfig config, const expression::Environment& environment, expression::Paths& paths,
         telemetry::AdapterCounters& counters, telemetry::Log log, protocol::Receiver& receiver,
         const FramedLimits& limits = {});
  ~Framed();
  Framed(const Framed&) = delete;
  Framed& operator=(const Framed&) = delete;

  /// The protocol of one connection. This outlives it.
  std::unique_ptr<Protocol> connection();

  /// Takes exactly one message of a datagram transport. Nothing of it comes again. Of several frames in it, the answers
  /// go out together, so that never more datagrams go out than come in.
  void datagram_received(Bytes bytes, const Origin& from, const Instant& now, const ReturnPath& back = {});

  /// To be called after a gulp of datagrams: tells the receiver that answers wait.
  void hurry();

  /// More of the messages may be settled: sends answers that waited for it. True: there is more to send, in another
  /// turn.
  bool settled() { return answers_.settled(); }
  bool answers_wait() const { return answers_.waiting(); }

  /// When tick() has something to do; nothing: not before more bytes come. Receiver::due_changed tells of changes.
  std::optional<std::chrono::steady_clock::time_point> due() const { return agenda_.next(); }

  /// Does what is due: requests, time-outs, limits. True: there is more to do, in another turn.
  bool tick(const Instant& now);

  /// Forgets the senders of datagrams: the adapter has stopped.
  void forget_senders();

  /// The bytes of a command as they would go out; `arguments` is the text of a JSON object. The error says what is
  /// wrong with them.
  Result<std::string> command_bytes(std::string_view name, std::string_view arguments, std::string_view session = {});

  /// The bytes that it would be told; as command_bytes.
  Result<std::string> bytes_of(const Instruction& what);

  /// Gives a command to a device that is reached by this peer, which was admitted or present and is not gone.
  /// `outcomes` is told what becomes of it. The error's reason says why it is refused: unknown_command, arguments,
  /// queue, or absent where it cannot be reached now.
  Result<void> command(Peer& peer, const Instruction& what, const Instant& now, Outcomes outcomes);

  /// The devices of all messages that come without a return path are reached by `broker`, which takes a device's name
  /// in the place of an address. It outlives this.
  void reach_by(transport::Transport& broker) { broker_.transport = &broker; }
  /// Whether the broker can be reached now.
  void set_reached(bool reached) { reached_ = reached; }

  /// Whether something can be said to this peer now.
  bool reaches(const Peer& peer) const { return converses_ && (&peer != &broker_ || reached_); }

  /// Tells `observer` of everything from now on; null: no longer.
  void observe(Observer* observer);

  const FramedConfig& config() const { return config_; }

 private:
  class Connection;
  using Conversations = std::unordered_map<std::string, Conversation*, SipHash, std::equal_to<>>;  // peers choose keys
  using Time = Agenda::Time;

  /// The answer to a frame: its bytes are good until the next frame.
  struct Answer {
    After after = After::received;
    Receipt receipt = 0;  ///< of the frame's last message
    Bytes bytes;
  };

  /// Where the bytes in hand come from, and whether the connection must end.
  struct Arrival {
    const Origin& from;
    const Instant& now;
    Conversation* conversation;  ///< null: nothing is remembered
    Peer* peer;                  ///< null: nobody can be answered later
    std::string_view close;      ///< why it must end; empty: it goes on
  };

  // framed.cpp: from a frame to its documents, and its answer
  std::optional<Answer> frame(const framing::Cut& cut, Bytes raw, Arrival& arrival);
  bool decode(codec::Codec& codec, Bytes bytes);
  void not_decoded(const codec::Failure& failure);
  void document(const Document& document) override;
  void render_reply();
  std::optional<Answer> finish_reply(framing::Branch branch);
  void rejected(const framing::Cut& cut, Bytes bytes, const Origin& from, const Instant& now);
  void message_rejected(std::string_view reason, std::string_view text);
  void note(std::string_view reason, std::string_view text);
  std::string shown(Bytes bytes) const;
  void sent(std::string_view what, Bytes bytes, const Conversation& to, const Instant& now);
  void record(Bytes raw, Bytes payload, const Origin& from, const Instant& now);

  // framed_message.cpp: from a document to a message
  void pass_on();
  bool take_device();
  bool may_pass();
  bool is_admitted();
  void refuse(std::string_view refusal);
  bool take_time();
  bool time_fails(std::string_view reason, std::string_view text);

  // framed_session.cpp: who a peer is, and bytes outside of the framing
  bool identify();
  bool take_id(Conversation& conversation, std::string_view id);
  Aside::Found take_aside(Bytes bytes, std::size_t& length, Arrival& arrival, std::string* joined);
  void take_registration(Arrival& arrival);
  void speak_of(const Conversation& conversation, const Origin& from, const Instant& now);
  void introduce(Conversation& conversation);
  void answer_aside(const Content& reply, Arrival& arrival, std::string_view what, std::string* joined);
  void end(Conversation& conversation, std::string_view reason, std::string_view text);
  void forget(Conversation& conversation);

  // framed_requests.cpp: what is asked, and what falls due
  void prepare_talk(const expression::Environment& environment, expression::Paths& paths);
  void meet(Conversation& conversation);
  void start(Conversation& conversation, const Instant& now);
  void speak(Conversation& conversation, const Instant& now);
  Result<void> say(Conversation& conversation, Dialogue::Open& open, const Instant& now);
  void give_up(Conversation& conversation, Dialogue::Open& open, std::string_view reason, const std::string& text);
  void look_after(Conversation& conversation, const Instant& now);
  void schedule(Conversation& conversation);
  bool read_as_answer(Bytes bytes);
  void match_answer();
  void finish_answers();
  Result<void> render(const Outgoing& out, const Talk& talk, std::string_view device, std::string& bytes);
  Result<void> wrap(const Outgoing& out, Bytes payload, std::string& bytes);

  // framed_commands.cpp
  Conversation* conversation_with(Peer& peer, std::string_view device);
  void find_addressed(Arrival& arrival);
  void part(Conversation& conversation);

  // framed_datagrams.cpp
  void datagram_frames(Bytes bytes, Arrival& arrival, Answer& joined);
  void trust(Arrival& arrival);
  void forget_sender(Conversation& conversation);
  Conversation* sender(const ReturnPath& back, const Origin& from, const Instant& now);

  FramedConfig config_;
  FramedLimits limits_;
  telemetry::AdapterCounters& counters_;
  telemetry::Log log_;
  protocol::Receiver& receiver_;
  Answers answers_;
  Observer* observer_ = nullptr;
  std::unique_ptr<codec::Codec> codec_;
  std::unique_ptr<framing::Framer> wrapper_;  // for what goes out; null: as it is
  std::unique_ptr<framing::Framer> datagram_framer_;

  // Of the frame in hand.
  Message message_;
  Arrival* arrival_ = nullptr;
  const codec::Codec* reading_ = nullptr;  // that has made the document in hand
  Dialogue::Open* tried_ = nullptr;        // whether the frame answers it, is being found out
  bool accepted_ = false;                  // it does
  Receipt receipt_ = 0;                    // of its last message
  bool documented_ = false;                // it held a document
  bool refused_ = false;                   // its device may not send it: no answer
  std::string verdict_;                    // what became of it, see FrameRecord
  std::string verdict_text_;
  bool undecoded_ = false;        // nothing could be read out of it
  const Reply* reply_ = nullptr;  // that it gets
  std::string payload_;           // of that reply
  std::string answer_;            // the same, framed
  std::string joined_;            // answers to one datagram
  std::string device_;            // scratch of the templates
  std::string time_;
  std::string secret_;
  std::string id_;
  std::string scratch_;

  // Of the peers.
  PeerNotes unknown_devices_;
  bool converses_ = false;
  FramedConfig::NamedBy named_by_ = FramedConfig::NamedBy::message;
  std::optional<Aside> registration_;
  std::optional<Aside> heartbeat_;
  std::vector<Ask> asks_;
  std::vector<std::pair<const Exchange*, std::unique_ptr<codec::Codec>>> answer_codecs_;
  std::uint64_t met_ = 0;
  Agenda agenda_;
  Conversations by_id_;
  Flapping flapping_;
  std::list<Conversation> senders_;  // of datagrams, by when they were heard; at a broker, of devices with commands
  Conversations by_address_;
  bool reached_ = false;
  Peer broker_;          // of all devices that are reached by it
  const Command raw_{};  // of bytes and documents: nothing is waited for
};

}  // namespace fieldgate::protocol
