// Trying a framing on what was captured.
#include <algorithm>

#include "cli/learn.hpp"
#include "config/loader.hpp"

namespace fieldgate::cli {
namespace {
constexpr std::size_t most_kept = 1000;
constexpr std::size_t most_steps = 1'000'000;
}  // namespace

Capture front_of(Capture capture, std::size_t size) {
  if (capture.bytes.size() <= size) return capture;
  capture.bytes.resize(size);
  std::erase_if(capture.pieces, [size](std::size_t at) { return at >= size; });
  return capture;
}

Capture flipped(Capture capture, std::size_t number, std::size_t count) {
  char& byte = capture.bytes[capture.bytes.size() * (2 * number + 1) / (2 * count)];
  byte = static_cast<char>(byte ^ (1 << (number % 7)));
  return capture;
}

framing::Factory framing_of(const std::string& yaml, const gateway::Catalogue& catalogue) {
  config::Files files;
  config::Problems problems;
  const auto document = config::load_text("framing: " + yaml + "\n", files, problems);
  if (!document) return {};
  framing::Factory framing;
  {
    config::Reader reader(problems);
    document->lead(reader, files);
    catalogue.provide_to(reader);
    config::Section root(reader, &document->root, "", nullptr);
    root.section("framing", "", [&](config::Section& s) { framing = catalogue.framers.read(s); });
  }
  return problems.errors() == 0 ? framing : framing::Factory();
}

Trial try_framing(const framing::Factory& framing, const Capture& capture) {
  Trial trial;
  const auto framer = framing.make();
  Bytes rest = capture.bytes;
  for (std::size_t step = 0; step < most_steps && !rest.empty(); ++step) {
    const framing::Cut cut = framer->next(rest);
    if (cut.kind == framing::Cut::Kind::frame) {
      ++trial.frames;
      trial.covered += cut.consumed;
      trial.ends.push_back(capture.bytes.size() - rest.size() + cut.consumed);
      if (trial.entire.size() < most_kept) {
        trial.entire.emplace_back(cut.entire.empty() ? cut.frame : cut.entire);
        trial.payloads.emplace_back(cut.frame);
      }
    } else if (cut.kind == framing::Cut::Kind::rejected) {
      ++trial.rejected;
      if (cut.lost) break;
    } else if (cut.consumed == 0) {
      trial.left = rest.size();
      break;
    }
    rest.remove_prefix(std::min(cut.consumed, rest.size()));
  }
  for (std::size_t i = 0; i < capture.pieces.size(); ++i) {
    const std::size_t end = i + 1 < capture.pieces.size() ? capture.pieces[i + 1] : capture.bytes.size();
    trial.aligned += std::binary_search(trial.ends.begin(), trial.ends.end(), end) ? 1 : 0;
  }
  return trial;
}

}  // namespace fieldgate::cli
