// `fieldgate decode`: bytes through a protocol, frame by frame, field by field.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <map>
#include <memory>
#include <utility>

#include "cli/capture.hpp"
#include "cli/command.hpp"
#include "cli/decode_view.hpp"
#include "cli/input.hpp"
#include "cli/operator_texts.hpp"
#include "cli/subject.hpp"
#include "cli/waiting.hpp"
#include "cli/workbench.hpp"

namespace fieldgate::cli {
namespace {

using Json = nlohmann::ordered_json;

struct Options {
  SubjectOptions subject;
  InputOptions input;
  Sender sender;
  std::uint16_t port = 0;
  bool both = false;
  bool json = false;
};

/// One decoding: the protocol, its streams, and what is printed of them.
class Decoding {
 public:
  Decoding(const Chosen& chosen, const Options& options, const Painter& paint)
      : chosen_(chosen),
        options_(options),
        paint_(paint),
        view_(chosen.laboratory.gateway),
        bench_(chosen.subject, chosen.laboratory.gateway, view_) {}

  /// Bytes of the stream called so.
  void receive(const std::string& name, const Sender& sender, Bytes bytes, std::size_t lost) {
    auto [at, is_new] = streams_.try_emplace(name);
    Stream& stream = at->second;
    if (is_new) stream.link = bench_.link(sender);
    if (lost > 0) note(name, fmt::format("{} bytes of the stream are missing in the capture", lost));
    stream.link->clock(sender.now);
    stream.link->receive(bytes, [&](Bytes seen) { view_.stands_at(seen, stream.offset + bytes.size() - seen.size()); });
    stream.offset += bytes.size();
    show(name);
    if (!stream.link->closed().empty() && !std::exchange(stream.is_closed, true))
      note(name, fmt::format("the gateway would close the connection here: {}", stream.link->closed()));
  }

  /// What is left at the end, and the sums. The status to end with.
  int finish() {
    show({});
    for (auto& [name, stream] : streams_) show_rest(name, stream);
    if (options_.json) {
      const Json all = {{"events", std::move(events_)},
                        {"waiting", std::move(waiting_)},
                        {"frames", frames_},
                        {"messages", messages_},
                        {"rejected_bytes", rejected_}};
      if (!print(all.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n")) return cannot_run;
    } else if (!print(fmt::format(
                   "{}, {}{}\n", count_text(frames_, "frame", "frames"), count_text(messages_, "message", "messages"),
                   rejected_ > 0 ? fmt::format("; {} in no frame", count_text(rejected_, "byte", "bytes"))
                                 : std::string()))) {
      return cannot_run;
    }
    if (messages_ > 0 || total_ == 0) return success;
    complain(fmt::format("no message came of {}: {}", count_text(total_, "byte", "bytes"), why_none()));
    return cannot_run;
  }

  void note(const std::string& name, const std::string& text) {
    if (options_.json) {
      events_.push_back({{"kind", "note"}, {"stream", name}, {"text", text}});
    } else {
      say_stream(name);
      print(paint_(Style::bad, text) + "\n");
    }
  }

 private:
  struct Stream {
    std::unique_ptr<Workbench::Link> link;
    std::size_t offset = 0;
    bool is_closed = false;
  };

  /// What stood most often in the way of a message; garbage only where there is nothing else, as the search for the
  /// next frame behind a bad one leaves it.
  std::string why_none() const {
    const auto weight = [](const auto& reason) {
      return std::pair(!reason.first.starts_with(framing::Cut::garbage_bytes), reason.second);
    };
    const auto most = std::max_element(reasons_.begin(), reasons_.end(),
                                       [weight](const auto& a, const auto& b) { return weight(a) < weight(b); });
    if (most != reasons_.end()) return most->first;
    if (!wait_.empty()) return wait_;
    return frames_ > 0 ? "its frames make none" : "they stand between the frames, and are none";
  }

  static std::string reason_text(const std::string& reason, const std::string& text) {
    const std::string meaning = text.empty() ? std::string(meaning_of(reason)) : fitting(text, 300);
    return meaning.empty() ? reason : fmt::format("{}: {}", reason, meaning);
  }

  void count(const Piece& piece) {
    if (piece.kind == Piece::Kind::frame) ++frames_;
    if (piece.kind == Piece::Kind::rejected) {
      rejected_ += piece.raw.size();
      ++reasons_[reason_text(piece.reason, piece.text)];
    }
    for (const auto& [reason, text] : piece.failures) ++reasons_[reason_text(reason, text)];
    messages_ += piece.messages.size();
    total_ += piece.raw.size();
  }

  void say_stream(const std::string& name) {
    if (name == said_ || name.empty()) return;
    said_ = name;
    print(paint_(Style::name, name) + "\n");
  }

  void show(const std::string& name) {
    for (const Piece& piece : view_.take()) {
      count(piece);
      if (options_.json) {
        Json json = piece_json(piece);
        if (!name.empty()) json["stream"] = name;
        events_.push_back(std::move(json));
      } else {
        say_stream(name);
        print(piece_text(piece, paint_));
      }
    }
  }

  void show_rest(const std::string& name, const Stream& stream) {
    const Bytes rest = stream.link->waiting();
    if (rest.empty()) return;
    total_ += rest.size();
    const std::string text = waiting_text(chosen_.subject.protocol.framing, rest);
    wait_ = text;
    if (options_.json) {
      Json json = {
          {"offset", stream.offset - rest.size()}, {"length", rest.size()}, {"hex", hex_text(rest)}, {"text", text}};
      if (!name.empty()) json["stream"] = name;
      waiting_.push_back(std::move(json));
    } else {
      say_stream(name);
      print(paint_(Style::bad, fmt::format("at {}: {}", stream.offset - rest.size(), text)) + "\n" +
            hex_dump(rest, paint_));
    }
  }

  const Chosen& chosen_;
  const Options& options_;
  const Painter& paint_;
  DecodeView view_;
  Workbench bench_;
  std::map<std::string, Stream> streams_;
  std::string said_;
  Json events_ = Json::array();
  Json waiting_ = Json::array();
  std::size_t frames_ = 0;
  std::size_t messages_ = 0;
  std::size_t rejected_ = 0;
  std::size_t total_ = 0;
  std::map<std::string, std::size_t> reasons_;  // why there was no message, and how often
  std::string wait_;                            // what the last bytes wait for
};

/// Whether these bytes are a device's: they go to the port where the adapter listens, or come from where it dials.
bool is_devices(const Flow& flow, const gateway::Subject& subject, const Options& options) {
  const bool is_datagram = subject.type == "udp" || (subject.type.empty() && subject.is_datagram());
  if (!subject.type.empty() && flow.is_tcp == is_datagram) return false;
  const std::uint16_t port = options.port != 0 ? options.port : subject.port;
  if (port == 0) return true;
  const bool dials = options.port == 0 && subject.dials;
  return options.both ? flow.to_port == port || flow.from_port == port
                      : (dials ? flow.from_port : flow.to_port) == port;
}

Result<void> decode_capture(Decoding& decoding, const Chosen& chosen, const Options& options) {
  std::size_t chosen_packets = 0;
  const auto totals = read_capture(options.input.file, [&](const Captured& captured) {
    const Flow& flow = captured.flow;
    if (!is_devices(flow, chosen.subject, options)) return;
    ++chosen_packets;
    Sender sender = options.sender;
    sender.ip = flow.from_ip;
    sender.port = flow.from_port;
    sender.now.wall = captured.time;
    std::string name = fmt::format("{} {}:{} > {}:{}", flow.is_tcp ? "tcp" : "udp", flow.from_ip, flow.from_port,
                                   flow.to_ip, flow.to_port);
    if (captured.connection > 1) name += fmt::format(" ({})", captured.connection);
    decoding.receive(name, sender, captured.bytes, captured.lost);
  });
  if (!totals) return totals.error();
  if (chosen_packets == 0)
    decoding.note({}, fmt::format("none of the {} packets is for this adapter; --port N chooses another port, --both "
                                  "takes both directions",
                                  totals->packets));
  return {};
}

Result<void> decode_bytes(Decoding& decoding, const Options& options) {
  const auto input = read_input(options.input.file);
  if (!input) return input.error();
  if (!options.input.hex) {
    if (looks_like_hex(*input)) complain("the input looks like hex; with --hex it is read as such");
    if (!input->empty()) decoding.receive({}, options.sender, *input, 0);
    return {};
  }
  const auto chunks = parse_hex_lines(*input);
  if (!chunks) return chunks.error();
  for (const std::string& chunk : *chunks) decoding.receive({}, options.sender, chunk, 0);
  return {};
}

int decode(Options options) {
  keep_log_quiet();
  int status = success;
  const auto chosen = choose_subject(options.subject, status);
  if (!chosen) return status;
  options.input.pcap = options.input.pcap || (!options.input.hex && names_capture(options.input.file));
  if (options.input.pcap && options.input.file.empty()) options.input.file = "-";
  const Painter paint = options.json ? Painter(false) : Painter::for_output();
  Decoding decoding(*chosen, options, paint);
  const auto done = options.input.pcap ? decode_capture(decoding, *chosen, options) : decode_bytes(decoding, options);
  if (!done) {
    complain(done.error().text);
    return done.error().reason == "io" ? cannot_run : bad_data;
  }
  return decoding.finish();
}

}  // namespace

void add_decode(CLI::App& app, int& status) {
  CLI::App* command = app.add_subcommand(
      "decode",
      "Bytes through a protocol: each frame, each field with its byte range, each message, or why there is none");
  const auto options = std::make_shared<Options>();
  add_subject(*command, options->subject);
  command->add_option("FILE", options->input.file, "where the bytes are; left out: standard input");
  auto* hex = command->add_flag("--hex", options->input.hex, "the bytes are hex; each line is a chunk, or a datagram");
  command->add_flag("--pcap", options->input.pcap, "the bytes are a capture (also by the name: .pcap, .pcapng)")
      ->excludes(hex);
  command->add_option("--port", options->port, "of a capture: bytes to this port; default: where the adapter listens");
  command->add_flag("--both", options->both, "of a capture: both directions");
  command->add_option("--peer", options->sender.ip, "{{ peer.ip }}")->capture_default_str();
  command->add_option("--topic", options->sender.topic, "{{ topic }}, for an mqtt adapter");
  command->add_option("--cn", options->sender.common_name, "{{ tls.cn }}, for a tls adapter");
  command->add_flag("--json", options->json, "for machines");
  command->footer(
      "Ranges are those of the configuration: [from, to] in the frame after unescaping, markers included.\n"
      "Ends with 0 if a frame became a message, or nothing came; 1 if bytes came and none did (standard error "
      "says why); 65 if the input cannot be read as said.");
  command->callback([options, &status] { status = decode(*options); });
}

}  // namespace fieldgate::cli
