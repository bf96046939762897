// The write-ahead log: frames checked one by one, not as a chain, and written anew as a chain that holds.
#include "storage/wal.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <vector>

#include "storage/wal_format.hpp"

namespace fieldgate::storage {
namespace {

using namespace wal;

struct Frame {
  std::uint32_t page = 0;
  std::uint32_t commit = 0;  // pages of the database after it; 0: the transaction goes on
  bool salted = false;       // it belongs to this log
  bool whole = false;        // its page is what was written
  bool damaged = false;
};

std::optional<Layout> read_layout(Bytes wal) {
  const std::uint32_t first = big_endian(wal, 0);
  const std::uint32_t page = big_endian(wal, 8);
  Layout layout{(first & 1) != 0, page, std::string(wal.substr(16, 8)), Sum::stored(wal, 24)};
  const bool right = (first & ~1U) == magic && big_endian(wal, 4) == version && page >= 512 && page <= 65536 &&
                     (page & (page - 1)) == 0 && Sum{}.over(wal.substr(0, 24), layout.big) == layout.seed;
  if (!right) return std::nullopt;
  return layout;
}

std::string header_of(const Layout& layout) {
  std::string header;
  append(header, magic | (layout.big ? 1U : 0U));
  append(header, version);
  append(header, static_cast<std::uint32_t>(layout.page));
  append(header, 0);
  header += layout.salts;
  Sum{}.over(header, layout.big).append_to(header);
  return header;
}

/// The layout by the frames, where the header is damaged. Frames far behind may be left over from an older log: only
/// the first are asked.
std::optional<Layout> guess_layout(Bytes wal) {
  for (std::size_t page = 512; page <= 65536; page *= 2) {
    for (const bool big : {false, true}) {
      Layout layout{big, page, {}, Sum::stored(wal, 24), true};
      for (const std::size_t i : {std::size_t{1}, std::size_t{2}}) {
        if (wal.size() < header_bytes + (i + 1) * (frame_header_bytes + page)) continue;
        layout.salts = Log(wal, layout).head(i).substr(8, 8);
        if (Log(wal, layout).agrees(i)) return layout;
      }
    }
  }
  return std::nullopt;
}

/// All frames, each judged by itself.
class Judge {
 public:
  explicit Judge(const Log& log) : log_(log), before_(log.layout().seed) {
    std::vector<bool> agrees(log.count());
    for (std::size_t i = 0; i < log.count(); ++i) {
      agrees[i] = log.agrees(i);
      if (!agrees[i]) continue;
      most_pages_ = std::max({most_pages_, big_endian(log.head(i), 0), big_endian(log.head(i), 4)});
    }
    for (std::size_t i = 0; i < log.count(); ++i) {
      Frame frame = judge(i);
      frame.damaged = !agrees[i];
      frames.push_back(frame);
    }
  }

  std::vector<Frame> frames;

 private:
  Frame judge(std::size_t i) {
    const Bytes head = log_.head(i);
    Frame frame{big_endian(head, 0), big_endian(head, 4), log_.salted(i)};
    if (!frame.salted && !own_) {  // perhaps of an older log, and right in that
      before_ = log_.stored(i);
      return {};
    }
    const Sum sum = log_.sum(before_, i);
    const bool next = i + 1 < log_.count() && log_.salted(i + 1);
    const bool known = frame.page != 0 && (frame.salted || frame.page <= most_pages_);
    if (known && (sum == log_.stored(i) || (next && log_.sum(sum, i + 1) == log_.stored(i + 1)))) {
      before_ = sum;
      own_ = true;
      frame.whole = frame.salted = true;
      return frame;
    }
    if (frame.salted && restore_head(i, log_.stored(i), frame)) return frame;
    if (frame.salted && next) {
      const bool big = log_.layout().big;
      const Sum behind = log_.stored(i + 1).before(log_.page(i + 1), big).before(log_.head(i + 1).substr(0, 8), big);
      if (restore_head(i, behind, frame)) return frame;
    }
    before_ = log_.stored(i);
    own_ = frame.salted;
    // A header of which a part is another's is not to be believed: not even that a transaction ends there.
    if (!frame.salted || frame.page > most_pages_ || frame.commit > most_pages_) frame.page = 0;
    constexpr std::size_t sector = 512;
    if (frame.page == 0 || log_.offset(i) % sector > sector - frame_header_bytes) frame.commit = 0;
    return frame;
  }

  /// If the page is as it was, its header follows from the checksums around: one number of it is another then. If it is
  /// not, what follows are numbers that no database of this size has, or, a little damage to its first words, two.
  bool restore_head(std::size_t i, Sum sum, Frame& frame) {
    const Sum behind = sum.before(log_.page(i), log_.layout().big);
    std::uint32_t page = behind.a - before_.a - before_.b;
    std::uint32_t commit = behind.b - before_.b - behind.a;
    if (!log_.layout().big) {
      page = __builtin_bswap32(page);
      commit = __builtin_bswap32(commit);
    }
    if (page == 0 || page > most_pages_ || commit > most_pages_) return false;
    if (page != frame.page && commit != frame.commit) return false;
    before_ = sum;
    own_ = true;
    frame = {page, commit, true, true};
    return true;
  }

  const Log& log_;
  Sum before_;
  bool own_ = true;  // before_ is of a frame of this log
  std::uint32_t most_pages_ = 0;
};

/// Whether SQLite reads the log up to its end, or up to where nothing of this log follows.
bool reads_to_end(const Log& log) {
  std::size_t i = 0;
  while (i < log.count() && log.agrees(i)) ++i;
  while (i < log.count() && !log.salted(i)) ++i;
  return i == log.count();
}

/// Whether the frame may be one with which SQLite fills a sector behind a commit: the commit's last frame once more.
/// Its end is not synced with the commit.
bool repeats(const std::vector<Frame>& frames, std::size_t i) {
  return i > 0 && frames[i].commit != 0 && frames[i].commit == frames[i - 1].commit &&
         frames[i].page == frames[i - 1].page;
}

std::size_t first_of_repeated(const std::vector<Frame>& frames, std::size_t i) {
  while (repeats(frames, i)) --i;
  return i;
}

/// The frame up to which a log counts: none where all that is damaged may be a torn end.
std::optional<std::size_t> last_kept(const std::vector<Frame>& frames, bool damaged_header) {
  std::size_t end = frames.size();
  while (end > 0 && !frames[end - 1].salted) --end;
  if (end == 0) return std::nullopt;
  const std::size_t last = end - 1;
  const std::size_t behind = first_of_repeated(frames, last);  // a repetition proves nothing
  std::optional<std::size_t> proven;
  for (std::size_t i = 0; i < behind; ++i) {
    if (frames[i].commit != 0 && !repeats(frames, i)) proven = i;
  }
  const auto bad = [](const Frame& frame) { return frame.damaged; };
  const auto first_bad = static_cast<std::size_t>(std::find_if(frames.begin(), frames.end(), bad) - frames.begin());
  if (!damaged_header && (!proven || *proven < first_bad)) return std::nullopt;
  const auto rest = frames.begin() + static_cast<std::ptrdiff_t>(proven ? *proven + 1 : 0);
  const bool whole = std::all_of(rest, frames.begin() + static_cast<std::ptrdiff_t>(end),
                                 [](const Frame& frame) { return frame.whole; });
  if (whole && frames[last].commit != 0) return last;
  return proven;
}

/// Writes the frames up to `end` as a chain that holds. What cannot be placed is left out: its page stays as an earlier
/// frame or the database has it.
MendedWal write_anew(const Log& log, const std::vector<Frame>& frames, std::size_t end) {
  MendedWal mended{.state = MendedWal::State::mended, .frames = end + 1};
  std::map<std::uint32_t, std::size_t> latest;         // whole frames of the pages
  std::size_t begin = first_of_repeated(frames, end);  // of the last transaction
  while (begin > 0 && (frames[begin - 1].commit == 0 || !frames[begin - 1].whole)) --begin;
  for (std::size_t i = 0; i <= end; ++i) {
    if (frames[i].whole) latest[frames[i].page] = i;
  }
  const Layout& layout = log.layout();
  mended.log = header_of(layout);
  Sum sum = Sum::stored(mended.log, 24);
  std::optional<std::size_t> first_page;
  for (std::size_t i = 0; i <= end; ++i) {
    const Frame& frame = frames[i];
    mended.damaged += frame.damaged ? 1 : 0;
    const auto later = latest.find(frame.page);
    if (!frame.whole && (frame.page == 0 || later == latest.end() || later->second < i)) {
      ++mended.holes;
      mended.newest = mended.newest || i >= begin;
    }
    if (frame.page == 0) continue;
    if (frame.page == 1 && frame.whole) first_page = i;
    // Without its first page nothing of a database can be read: rather an older one.
    const Bytes page = log.page(frame.page == 1 ? first_page.value_or(i) : i);
    const std::size_t at = mended.log.size();
    append(mended.log, frame.page);
    append(mended.log, frame.commit);
    sum = sum.over(Bytes(mended.log).substr(at, 8), layout.big).over(page, layout.big);
    mended.log += layout.salts;
    sum.append_to(mended.log);
    mended.log += page;
  }
  return mended;
}

}  // namespace

MendedWal mend_wal(Bytes wal) {
  // A header alone may be torn: it is synced before the first frame is written.
  if (wal.size() <= header_bytes || wal.find_first_not_of('\0') == Bytes::npos) return {};
  std::optional<Layout> layout = read_layout(wal);
  if (!layout) layout = guess_layout(wal);
  if (!layout) return {.state = MendedWal::State::unusable};
  if (layout->rebuilt && !Log(wal, *layout).agrees(0)) {
    const Sum other = Sum::stored(wal, 24);
    layout->seed = Sum{}.over(wal.substr(0, 24), layout->big);
    if (!Log(wal, *layout).agrees(0)) layout->seed = other;
  }
  const Log log(wal, *layout);
  if (!layout->rebuilt && reads_to_end(log)) return {};
  const std::vector<Frame> frames = Judge(log).frames;
  const std::optional<std::size_t> end = last_kept(frames, layout->rebuilt);
  if (end) return write_anew(log, frames, *end);
  return {.state = layout->rebuilt ? MendedWal::State::unusable : MendedWal::State::sound};
}

}  // namespace fieldgate::storage
