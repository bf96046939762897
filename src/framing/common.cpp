// Common: its options, and the frame that they make room in.
#include "framing/common.hpp"

#include <algorithm>

namespace fieldgate::framing {

namespace {

constexpr std::int64_t longest = 16 * 1024 * 1024;

}  // namespace

Common Common::read(config::Section& section, std::size_t behind, bool start_required) {
  Common common;
  common.max_length = read_max_length(section);
  common.skip =
      Markers::read(section, "skip", false,
                    "Bytes, one or several, that may stand in front of a frame and are dropped: 0xfe, \"\\r\\n\".");
  common.start = Markers::read(section, "start", start_required,
                               "Bytes, one or several, that each frame starts with; others before it are dropped and "
                               "counted as garbage_bytes.");
  if (section.describing() || section.has("checksum")) {
    section.section("checksum", "What is verified in a frame that comes, and filled in in one that goes.",
                    [&](config::Section& s) { common.checksum = Checksum::read(s, behind); });
  }
  common.payload =
      section.slice("payload", "What the codec reads of a frame, as a range [from, to]; left out: the whole frame.");
  if (common.payload && always_empty(*common.payload))
    section.error("payload", "is empty whatever the frame: `to` is the first byte outside, and must lie behind `from`");
  if (common.payload && common.payload->second < 0) {
    const auto tail = static_cast<std::size_t>(-std::max(common.payload->second, -longest));
    common.unsaid = common.checksum ? common.checksum->gap(tail, behind) : tail - std::min(tail, behind);
  }
  common.close = section.choice<bool>("on_error", false,
                                      "After a bad frame: search for the next good one, or close the connection.",
                                      {{"resync", false}, {"close", true}});
  common.fail_fast =
      section.flag("fail_fast", true, "Whether a frame that is too long is counted at once; else when it is over.");
  return common;
}

Result<Draft> Draft::make(const Common& common, Bytes payload, std::size_t front, std::size_t back, std::string& out) {
  const auto size = static_cast<std::int64_t>(payload.size());
  if (common.checksum) back = std::max(back, common.checksum->tail());
  const auto [from, to] = common.payload.value_or(Range(static_cast<std::int64_t>(front), INT64_MAX));
  std::int64_t behind = to < 0 ? -std::max(to, -longest - 1) : to == INT64_MAX ? static_cast<std::int64_t>(back) : 0;
  if (from < 0 || (to >= 0 && size > to - std::min(from, to)))
    return Error{"payload", "framing.payload has no place for " + std::to_string(size) + " bytes"};
  behind = std::max(behind, static_cast<std::int64_t>(front) - from - size);
  if (from > longest || behind > longest || from + size + behind > static_cast<std::int64_t>(common.max_length))
    return too_long(payload, common.max_length);
  Draft draft(out, out.size());
  out.append(static_cast<std::size_t>(from), '\0').append(payload).append(static_cast<std::size_t>(behind), '\0');
  return draft;
}

Result<void> Draft::fill_checksum(const Common& common) {
  if (!common.checksum || common.checksum->fill(out_->data() + begin_, size())) return {};
  return Error{"checksum", "the frame has no room for its checksum at framing.checksum.at"};
}

}  // namespace fieldgate::framing
