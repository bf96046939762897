// The usual protocol: a framer cuts the stream, a codec reads the frames, templates say whose they are and when.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "codec/codec.hpp"
#include "expression/template.hpp"
#include "framing/framer.hpp"
#include "protocol/answers.hpp"
#include "protocol/protocol.hpp"
#include "protocol/replies.hpp"
#include "telemetry/adapter_counters.hpp"
#include "telemetry/log.hpp"

namespace fieldgate::protocol {

/// `time:` of a protocol: the device's own time, and how far it is believed.
struct TimeOptions {
  enum class Otherwise : std::uint8_t { arrival, dead_letter };
  expression::Template from;
  TimeFormat format = TimeFormat::rfc3339;
  std::optional<Duration> max_age;
  std::optional<Duration> max_ahead;
  Otherwise otherwise = Otherwise::arrival;
  bool operator==(const TimeOptions&) const = default;
};

/// What `protocol:` says.
struct FramedConfig {
  /// What carries it: decides whether it needs a framing, and which names its templates can have.
  enum class Transport : std::uint8_t { tcp, tls, udp, mqtt };

  framing::Factory framing;  ///< none: a datagram, or an MQTT message, is a frame
  Duration frame_timeout = std::chrono::seconds(30);
  codec::Factory codec;
  expression::Template device;
  TimeOptions time;
  std::vector<Reply> replies;

  /// Whether any reply waits for its messages to be settled so.
  bool answers_after(After after) const;

  /// Reads the option `protocol` of an adapter: a name, or the map itself.
  static FramedConfig read(config::Section& adapter, Transport transport);
  /// Reads the map, for protocols that no adapter names.
  static FramedConfig read_map(config::Section& section, std::optional<Transport> transport);
  bool operator==(const FramedConfig&) const = default;
};

/// Where the answer to a datagram goes: see Transport::write.
struct ReturnPath {
  transport::Transport* transport = nullptr;  ///< null: there is none
  Bytes to;
};

/// The framed protocol of one adapter: what all of its connections share.
class Framed final : private codec::Receiver {
 public:
  /// All but the config outlive it. `write_queue`: bytes of answers that may wait on one connection.
  Framed(FramedConfig config, const expression::Environment& environment, expression::Paths& paths,
         telemetry::AdapterCounters& counters, telemetry::Log log, protocol::Receiver& receiver,
         std::size_t write_queue = 64 * 1024);

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

  const FramedConfig& config() const { return config_; }

 private:
  class Connection;

  /// The answer to a frame: its bytes are good until the next frame.
  struct Answer {
    After after = After::received;
    Receipt receipt = 0;  ///< of the frame's last message
    Bytes bytes;
  };

  std::optional<Answer> frame(Bytes bytes, const Origin& from, const Instant& now);
  void document(const Document& document) override;
  void pass_on(const Document& document);
  bool take_time(Message& message);
  bool time_fails(std::string_view reason, std::string_view text);
  void render_reply();
  std::optional<Answer> finish_reply();
  void datagram_frames(Bytes bytes, const Origin& from, const Instant& now, Answer& joined);
  void frame_rejected(std::string_view reason, Bytes bytes, const Origin& from);
  void message_rejected(std::string_view reason, std::string_view text);

  FramedConfig config_;
  telemetry::AdapterCounters& counters_;
  telemetry::Log log_;
  protocol::Receiver& receiver_;
  Answers answers_;
  std::unique_ptr<codec::Codec> codec_;
  std::unique_ptr<framing::Framer> wrapper_;  // for what goes out; null: as it is
  std::unique_ptr<framing::Framer> datagram_framer_;
  Message message_;     // of the frame in hand
  std::string device_;  // scratch of the device template
  std::string time_;
  Receipt receipt_ = 0;           // of the frame's last message
  bool documented_ = false;       // the frame held a document
  const Reply* reply_ = nullptr;  // that the frame gets
  std::string payload_;           // of that reply
  std::string answer_;            // the same, framed
  std::string joined_;            // answers to one datagram
  std::string scratch_;           // of the templates
};

}  // namespace fieldgate::protocol
