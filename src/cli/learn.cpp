// Ranking framings by what speaks for them.
#include "cli/learn.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

namespace fieldgate::cli {
namespace {

constexpr std::size_t sample_size = 64 * 1024;

bool is_text(std::string_view bytes) {
  return std::all_of(bytes.begin(), bytes.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return (byte >= 0x20 && byte != 0x7f) || byte == '\t' || byte == '\r' || byte == '\n';
  });
}

/// Of frames with one bit flipped, how many the framer notices: a checksum makes nearly all of them.
double noticed(const framing::Factory& framing, const Capture& capture, const Trial& good) {
  constexpr std::size_t tries = 24;
  std::size_t count = 0;
  for (std::size_t i = 0; i < tries; ++i) {
    const Trial trial = try_framing(framing, flipped(capture, i, tries));
    count += trial.frames < good.frames || trial.rejected > good.rejected ? 1 : 0;
  }
  return static_cast<double>(count) / tries;
}

bool holds_nmea(const std::string& line) {
  if (line.size() < 9 || (line[0] != '$' && line[0] != '!')) return false;
  const std::size_t star = line.rfind('*');
  if (star == std::string::npos || star + 3 > line.size()) return false;
  unsigned sum = 0;
  for (std::size_t i = 1; i < star; ++i) sum ^= static_cast<unsigned char>(line[i]);
  return fmt::format("{:02X}", sum) == line.substr(star + 1, 2) ||
         fmt::format("{:02x}", sum) == line.substr(star + 1, 2);
}

/// What the frames hold: a codec, and how sure that makes the framing.
double look_at_payloads(Proposal& proposal) {
  const auto& frames = proposal.trial.payloads;
  const auto all = [&](const auto& test) { return !frames.empty() && std::all_of(frames.begin(), frames.end(), test); };
  if (all([](const std::string& f) { return f.starts_with('{') && nlohmann::json::accept(f); })) {
    proposal.codec = "json";
    proposal.evidence.push_back("every frame is a JSON object");
    return 25;
  }
  if (all(holds_nmea)) {
    proposal.codec = "nmea0183";
    proposal.evidence.push_back("every frame is an NMEA 0183 sentence whose checksum holds");
    return 30;
  }
  if (all([](const std::string& f) { return is_text(f); })) {
    proposal.evidence.push_back("every frame is text");
    return 5;
  }
  return 0;
}

void judge(Proposal& proposal, const framing::Factory& framing, const Capture& capture) {
  const Trial& trial = proposal.trial;
  const auto size = static_cast<double>(capture.bytes.size());
  const double coverage = static_cast<double>(trial.covered) / size;
  double score = 100 * coverage + proposal.prior + look_at_payloads(proposal);
  score += std::min(10.0, 3 * std::log2(static_cast<double>(trial.frames)));
  score -= std::min<double>(20, 2.0 * static_cast<double>(trial.rejected));
  if (trial.left > 0) score -= 20;
  constexpr double of_a_known_type = 6;
  if (trial.frames == 1 && proposal.prior < of_a_known_type) score -= 8;
  if (capture.pieces.size() > 1) {
    const double aligned = static_cast<double>(trial.aligned) / static_cast<double>(capture.pieces.size());
    score += 40 * aligned - 20;
    proposal.evidence.push_back(
        fmt::format("{} of {} packets end where a frame ends", trial.aligned, capture.pieces.size()));
  }
  if (coverage > 0.5 && capture.bytes.size() <= 16 * 1024) {
    const double share = noticed(framing, capture, trial);
    score += 40 * share;
    if (share > 0.3) proposal.evidence.push_back(fmt::format("{:.0f} % of flipped bits are noticed", 100 * share));
  }
  proposal.score = score;
}

/// Frames of a checksum that nobody has named yet.
std::optional<Proposal> with_checksum(const Proposal& plain, const Capture& capture,
                                      const gateway::Catalogue& catalogue) {
  if (plain.yaml.find("checksum") != std::string::npos) return std::nullopt;
  const auto found = find_checksum(plain.trial);
  if (!found) return std::nullopt;
  Proposal proposal = plain;
  proposal.yaml = plain.yaml.substr(0, plain.yaml.size() - 2) + ", checksum: " + found->yaml + " }";
  const framing::Factory framing = framing_of(proposal.yaml, catalogue);
  if (!framing) return std::nullopt;
  proposal.trial = try_framing(framing, capture);
  if (proposal.trial.frames == 0) return std::nullopt;
  proposal.evidence.push_back(found->sentence);
  judge(proposal, framing, capture);
  return proposal;
}

}  // namespace

std::vector<Proposal> learn(const Capture& whole, const gateway::Catalogue& catalogue, std::size_t most) {
  const Capture capture = front_of(whole, sample_size);
  std::vector<Proposal> found;
  for (Proposal& proposal : guesses(capture, catalogue)) {
    const framing::Factory framing = framing_of(proposal.yaml, catalogue);
    if (!framing) continue;
    proposal.trial = try_framing(framing, capture);
    if (proposal.trial.frames == 0) continue;
    judge(proposal, framing, capture);
    found.push_back(std::move(proposal));
  }
  const auto better = [](const Proposal& a, const Proposal& b) { return a.score > b.score; };
  std::stable_sort(found.begin(), found.end(), better);
  constexpr std::size_t looked_at = 8;
  const std::size_t count = std::min(found.size(), looked_at);
  for (std::size_t i = 0; i < count; ++i) {
    if (auto more = with_checksum(found[i], capture, catalogue)) found.push_back(std::move(*more));
  }
  std::stable_sort(found.begin(), found.end(), better);
  std::vector<Proposal> out;
  for (Proposal& proposal : found) {  // of those that cut the same frames, the best
    const bool again = std::any_of(out.begin(), out.end(), [&](const Proposal& o) {
      return o.trial.payloads == proposal.trial.payloads && o.trial.ends == proposal.trial.ends;
    });
    if (!again && out.size() < most) out.push_back(std::move(proposal));
  }
  return out;
}

}  // namespace fieldgate::cli
