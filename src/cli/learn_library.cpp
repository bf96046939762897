// Finding out which of the shipped protocols captured bytes speak: by letting each of them read the bytes.
#include "cli/learn_library.hpp"

#include <algorithm>

#include "cli/workbench.hpp"

namespace fieldgate::cli {
namespace {

/// Of the bytes, what must be read; of flipped bits, what must be noticed: a line of text is no protocol.
constexpr double least_covered = 0.9;
constexpr double least_noticed = 0.25;
constexpr std::size_t flips = 16;
constexpr std::size_t sample_size = 16 * 1024;

/// Counts what becomes of the bytes.
class Count final : public protocol::Observer {
 public:
  void cut(const framing::Cut& cut, Bytes raw) override {
    settle();
    if (cut.kind != framing::Cut::Kind::frame) return;
    ++read.frames;
    open_ = raw.size();
  }
  void aside(std::string_view, Bytes raw) override { read.covered += raw.size(); }
  void message(const Message& message) override {
    if (read.messages++ == 0) read.example = message.document.json;
  }
  void failed(std::string_view reason, std::string_view) override {
    // Captured in the middle of a connection: the login is missing, the frames are the protocol's all the same.
    if (reason != "unidentified") open_ = 0;
  }
  void sent(std::string_view, Bytes) override {}
  void field(const Field&) override {}

  void settle() { read.covered += std::exchange(open_, 0); }

  Recognized read;

 private:
  std::size_t open_ = 0;  // bytes of the frame in hand, while nothing speaks against it
};

Recognized read_by(const gateway::Subject& subject, const Capture& capture) {
  Count count;
  Workbench bench(subject, "learn", count);
  std::unique_ptr<Workbench::Link> link;
  for (std::size_t i = 0; i < capture.pieces.size(); ++i) {
    const std::size_t end = i + 1 < capture.pieces.size() ? capture.pieces[i + 1] : capture.bytes.size();
    if (!link || !link->closed().empty()) link = bench.link({});
    link->receive(Bytes(capture.bytes).substr(capture.pieces[i], end - capture.pieces[i]));
  }
  count.settle();
  return std::move(count.read);
}

/// Of captures with one bit flipped, the share that is read otherwise.
double noticed(const gateway::Subject& subject, const Capture& capture, const Recognized& good) {
  std::size_t count = 0;
  for (std::size_t i = 0; i < flips; ++i) {
    const Recognized read = read_by(subject, flipped(capture, i, flips));
    count += read.covered < good.covered || read.messages < good.messages ? 1 : 0;
  }
  return static_cast<double>(count) / flips;
}

}  // namespace

std::vector<Recognized> recognize(const Capture& whole, const gateway::Catalogue& catalogue, std::size_t most) {
  const Capture capture = front_of(whole, sample_size);
  std::vector<Recognized> found;
  for (const config::Shipped& file : catalogue.protocols.files()) {
    const gateway::Laboratory laboratory = gateway::load_laboratory(file, catalogue, false);
    for (const gateway::Subject& subject : laboratory.protocols) {
      Recognized read = read_by(subject, capture);
      if (static_cast<double>(read.covered) < least_covered * static_cast<double>(capture.bytes.size())) continue;
      read.noticed = noticed(subject, capture, read);
      if (read.noticed < least_noticed) continue;
      read.name = subject.name;
      if (const auto* entry = catalogue.protocols.find(subject.name)) read.meaning = entry->meaning;
      found.push_back(std::move(read));
    }
  }
  const auto weight = [&](const Recognized& r) {
    return static_cast<double>(r.covered) / static_cast<double>(capture.bytes.size()) + r.noticed +
           (r.messages > 0 ? 0.5 : 0);
  };
  std::stable_sort(found.begin(), found.end(),
                   [&](const Recognized& a, const Recognized& b) { return weight(a) > weight(b); });
  if (found.size() > most) found.resize(most);
  return found;
}

}  // namespace fieldgate::cli
