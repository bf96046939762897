// `fieldgate learn`: captured bytes in, framings that explain them out.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <memory>
#include <nlohmann/json.hpp>

#include "cli/capture.hpp"
#include "cli/command.hpp"
#include "cli/input.hpp"
#include "cli/learn.hpp"
#include "cli/learn_library.hpp"
#include "cli/operator_texts.hpp"
#include "cli/terminal.hpp"
#include "cli/workbench.hpp"

namespace fieldgate::cli {
namespace {

using Json = nlohmann::ordered_json;

struct Options {
  InputOptions input;
  std::uint16_t port = 0;
  std::size_t most = 3;
  bool json = false;
};

void append(Capture& capture, Bytes bytes) {
  capture.pieces.push_back(capture.bytes.size());
  capture.bytes.append(bytes);
}

Result<Capture> read(const Options& options) {
  Capture capture;
  if (options.input.pcap) {
    const auto totals = read_capture(options.input.file, [&](const Captured& captured) {
      if (options.port == 0 || captured.flow.to_port == options.port) append(capture, captured.bytes);
    });
    if (!totals) return totals.error();
    return capture;
  }
  const auto input = read_input(options.input.file);
  if (!input) return input.error();
  if (!options.input.hex) {
    if (!input->empty()) append(capture, *input);
    return capture;
  }
  const auto chunks = parse_hex_lines(*input);
  if (!chunks) return chunks.error();
  for (const std::string& chunk : *chunks) append(capture, chunk);
  return capture;
}

std::string text_of(const std::vector<Recognized>& recognized, const Options& options, const Painter& paint) {
  std::string out;
  for (const Recognized& r : recognized) {
    out += fmt::format("{}: {}\n", paint(Style::name, "protocol: " + r.name), r.meaning);
    out += fmt::format("   - {}, {}; {:.0f} % of flipped bits are noticed\n", count_text(r.frames, "frame", "frames"),
                       count_text(r.messages, "message", "messages"), 100 * r.noticed);
    if (r.messages == 0) out += "   - no message: who the device is, stands in a login that is not among the bytes\n";
    if (!r.example.empty()) out += fmt::format("   - the first message: {}\n", fitting(r.example, 300));
  }
  if (!out.empty()) {
    out += fmt::format("   It is shipped: fieldgate decode -p {}{} {}\n\n", recognized.front().name,
                       options.input.hex ? " --hex" : "", options.input.file);
  }
  return out;
}

std::string text_of(const std::vector<Proposal>& proposals, const Capture& capture, const Painter& paint) {
  std::string out;
  for (std::size_t i = 0; i < proposals.size(); ++i) {
    const Proposal& p = proposals[i];
    const double coverage = 100.0 * static_cast<double>(p.trial.covered) / static_cast<double>(capture.bytes.size());
    out += fmt::format("{}. {}, {:.0f} % of {} in frames\n", i + 1,
                       paint(Style::strong, count_text(p.trial.frames, "frame", "frames")), coverage,
                       count_text(capture.bytes.size(), "byte", "bytes"));
    out += fmt::format("   {}\n", paint(Style::name, "framing: " + p.yaml));
    if (!p.codec.empty())
      out += fmt::format("   {}\n", paint(Style::name, fmt::format("codec: {{ type: {} }}", p.codec)));
    for (const std::string& sentence : p.evidence) out += fmt::format("   - {}\n", sentence);
    if (p.trial.rejected > 0)
      out += fmt::format("   - {}\n", count_text(p.trial.rejected, "piece is no frame", "pieces are no frames"));
    if (p.trial.left > 0)
      out +=
          fmt::format("   - {} at the end\n", count_text(p.trial.left, "byte waits for more", "bytes wait for more"));
    if (!p.trial.payloads.empty())
      out += fmt::format("   - the first frame: {}\n", hex_text(p.trial.payloads.front(), 24));
  }
  return out.empty() ? "no framing explains these bytes\n" : out;
}

/// What the bytes cannot tell, whatever the ranking says: lengths and checksums show only where frames differ.
std::string doubt_of(const std::vector<Proposal>& proposals) {
  if (proposals.empty() || proposals.front().trial.entire.empty()) return {};
  const std::vector<std::string>& frames = proposals.front().trial.entire;
  if (frames.size() == 1) return "a guess: there is one frame only; give several, of different sizes";
  const bool same =
      std::all_of(frames.begin(), frames.end(), [&](const std::string& f) { return f == frames.front(); });
  return same ? "a guess: all frames are the same; give different ones" : std::string();
}

Json json_of(const std::vector<Recognized>& recognized, const std::vector<Proposal>& proposals) {
  Json protocols = Json::array();
  for (const Recognized& r : recognized) {
    protocols.push_back({{"protocol", r.name},
                         {"frames", r.frames},
                         {"messages", r.messages},
                         {"covered", r.covered},
                         {"noticed", r.noticed},
                         {"example", r.example}});
  }
  Json out = Json::array();
  for (const Proposal& p : proposals) {
    Json frames = Json::array();
    for (const std::string& frame : p.trial.payloads) frames.push_back(hex_text(frame));
    out.push_back({{"framing", p.yaml},
                   {"codec", p.codec},
                   {"score", p.score},
                   {"frames", p.trial.frames},
                   {"covered", p.trial.covered},
                   {"rejected", p.trial.rejected},
                   {"waiting", p.trial.left},
                   {"evidence", p.evidence},
                   {"payloads", std::move(frames)}});
  }
  return {{"protocols", std::move(protocols)}, {"proposals", std::move(out)}};
}

int run(Options options) {
  keep_log_quiet();
  options.input.pcap = options.input.pcap || (!options.input.hex && names_capture(options.input.file));
  if (options.input.pcap && options.input.file.empty()) options.input.file = "-";
  const auto capture = read(options);
  if (!capture) {
    complain(capture.error().text);
    return capture.error().reason == "io" ? cannot_run : bad_data;
  }
  if (capture->bytes.empty()) {
    complain("there are no bytes to learn from");
    return bad_data;
  }
  const gateway::Catalogue catalogue = gateway::builtin();
  const std::vector<Recognized> recognized = recognize(*capture, catalogue, options.most);
  const std::vector<Proposal> proposals = learn(*capture, catalogue, options.most);
  if (const std::string doubt = doubt_of(proposals); !doubt.empty() && !options.json) complain(doubt);
  const Painter paint = Painter::for_output();
  const std::string text =
      options.json ? json_of(recognized, proposals).dump(-1, ' ', false, Json::error_handler_t::replace) + "\n"
                   : text_of(recognized, options, paint) + text_of(proposals, *capture, paint);
  return print(text) && !(proposals.empty() && recognized.empty()) ? success : cannot_run;
}

}  // namespace

void add_learn(CLI::App& app, int& status) {
  CLI::App* command =
      app.add_subcommand("learn", "Shipped protocols that read captured bytes, and framings that explain them");
  const auto options = std::make_shared<Options>();
  command->add_option("FILE", options->input.file, "where the bytes are; left out: standard input");
  auto* hex = command->add_flag("--hex", options->input.hex, "the bytes are hex; each line is a packet");
  command->add_flag("--pcap", options->input.pcap, "the bytes are a capture (also by the name: .pcap, .pcapng)")
      ->excludes(hex);
  command->add_option("--port", options->port, "of a capture: only bytes to this port");
  command->add_option("--most", options->most, "how many to propose")->capture_default_str();
  command->add_flag("--json", options->json, "for machines");
  command->footer("Ends with 0, or 1 if nothing explains the bytes, 65 if the input cannot be read as said.");
  command->callback([options, &status] { status = run(*options); });
}

}  // namespace fieldgate::cli
