// What is the same for all framers: finding where a frame begins, verifying it, and going on after a bad one.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "framing/common.hpp"
#include "framing/framer.hpp"

namespace fieldgate::framing {

/// A framer out of a Shape, which measures one frame. The Shape has a `Config` with the member `common`, and
///  - Measure measure(Bytes rest): what the bytes are, where a frame may begin; `rest` begins with one of common.start.
///    It may keep what it found out until `forget` is called, or until it has answered with anything but `more`.
///  - std::size_t resume(Bytes input): called first where `midway()`: how many bytes still belong to what is past.
///  - void forget(): the next bytes are others; where that differs, lose_place(): and what was before them is unknown.
///  - Result<void> wrap(Bytes payload, std::string& out) const, as Framer has it; where must_be_read_back(), what it
///  made
///    is cut for a test, and unreadable() says what is wrong.
///  - whole_frames: whether a bad frame is left as a whole, since the next can only begin behind it.
///  - claims, if it is there: a frame that is too long is only said to be so by bytes that may be no frame.
///  - drafts, if it is there: a frame is made by Draft, round a payload where the common options put it.
///  - can_flush: whether `flush(Bytes)` gives a last frame when nothing more comes.
///
/// After a bad frame the search goes on one byte behind its beginning. Until a good frame is
/// found, what fails inside of the bad one is counted as garbage, not as bad frames. The work is bounded: bytes that
/// checksums are taken of in vain are paid for by bytes received, and once the credit is spent, a bad frame is left as
/// a whole.
template <class Shape>
class Cutter final : public Framer {
 public:
  static constexpr std::string_view type = Shape::type;
  static constexpr std::string_view meaning = Shape::meaning;
  using Config = typename Shape::Config;

  /// `config` outlives the framer.
  explicit Cutter(const Config& config)
      : config_(config), shape_(config), credit_(credit_limit * config.common.max_length) {}

  Cut next(Bytes input) override {
    if (input.size() < wanted_) return Cut::more();
    wanted_ = 0;
    const Cut cut = look(input);
    position_ += cut.consumed;
    return cut;
  }

  Result<void> wrap(Bytes payload, std::string& out) const override {
    const std::size_t begin = out.size();
    Result<void> made = shape_.wrap(payload, out);
    if (made && shape_.must_be_read_back() && !reads_back(Bytes(out).substr(begin), payload))
      made = Shape::unreadable();
    if (!made) out.resize(begin);
    return made;
  }

  std::size_t unsaid(Branch) const override {
    if constexpr (requires { Shape::drafts; }) return common().unsaid;
    return 0;
  }

  bool midway() const override { return shape_.midway(); }

  Cut resume(Bytes input) override {
    const std::size_t past = shape_.resume(input);
    position_ += past;
    const bool count = !shape_.midway() && std::exchange(owed_, owed_ && shape_.midway()) && past > 0;
    return count ? Cut::reject(Measure::too_long_reason, past) : Cut::more(past);
  }

  bool restart(std::size_t untaken) override {
    lose_place();
    wanted_ = 0;
    in_doubt_until_ = 0;
    after_end_ = owed_ = false;
    position_ -= untaken;
    return true;
  }

  Cut stalled(Bytes input) override {
    wanted_ = 0;
    after_end_ = owed_ = false;
    if constexpr (Shape::can_flush) {
      if (const Measure last = shape_.flush(input); last.kind == Measure::Kind::whole) {
        shape_.forget();
        position_ += last.size;
        if (good(last)) return Cut::whole(common().payload_of(last.frame, last.strip), last.size, last.frame);
        return common().close ? Cut::lose("bad_checksum") : Cut::reject("bad_checksum", last.size);
      }
    }
    lose_place();
    if (input.empty()) return Cut::more();
    if (common().close) return Cut::lose("frame_timeout");
    std::size_t step = input.size();
    if (!common().start.empty() && pay(input.size(), position_)) step = common().start.find(input, 1);
    position_ += step;
    return Cut::reject("frame_timeout", step);
  }

 private:
  static constexpr std::size_t credit_limit = 16;  // bytes of work for a byte received, and frames of it saved up
  static constexpr bool claims = requires { Shape::claims; };
  static constexpr std::uint64_t forever = ~std::uint64_t{0};

  void lose_place() {
    if constexpr (requires { shape_.lose_place(); }) {
      shape_.lose_place();
    } else {
      shape_.forget();
    }
  }

  /// Whether it is cut as one frame with all of the payload: it may hold what ends one.
  bool reads_back(Bytes made, Bytes payload) const {
    const Cut cut = Cutter(config_).next(made);
    return cut.kind == Cut::Kind::frame && cut.consumed == made.size() && cut.frame.size() >= payload.size();
  }

  const Common& common() const { return config_.common; }
  bool good(const Measure& m) const { return !common().checksum || common().checksum->holds(m.frame); }

  /// Where the search is in the input of one call.
  struct Search {
    Bytes input;
    std::size_t at = 0;
    bool dropped = false;  // some of what is before `at` is garbage, which is not yet counted
    bool joined = false;   // the last frame's end is taken for the start of what begins at `at`

    Bytes rest() const { return input.substr(at); }
  };

  Cut look(Bytes input) {
    Search search{input};
    for (;;) {
      if (const auto cut = begin(search)) return *cut;
      const Measure m = search.joined ? measure_shared(search.rest()) : shape_.measure(search.rest());
      if (search.joined && m.kind != Measure::Kind::more && m.kind != Measure::Kind::empty &&
          !(m.kind == Measure::Kind::whole && good(m))) {
        after_end_ = false;  // what follows the end is no frame: a start is needed
        shape_.forget();
      } else if (const auto cut = weigh(m, search)) {
        return *cut;
      }
    }
  }

  /// Moves to where a frame may begin; a cut where there is something to say before.
  std::optional<Cut> begin(Search& search) {
    if (shape_.midway()) {
      search.at += shape_.resume(search.rest());
      if (shape_.midway()) return leave(search);
      if (std::exchange(owed_, false) && search.at > 0) return Cut::reject(Measure::too_long_reason, search.at);
    }
    if (!common().skip.empty() && !pass_skips(search)) return leave(search);
    if (search.at >= search.input.size()) return leave(search);
    search.joined = false;
    if (common().start.empty()) return std::nullopt;
    const std::size_t found = common().start.find(search.input, search.at);
    if (found > search.at) {
      search.joined = after_end_;
      if (search.joined) return std::nullopt;
      shape_.forget();
      return Cut::garbage(found);
    }
    if (common().start.match(search.input, search.at).length == 0) return leave(search);
    return std::nullopt;
  }

  /// What the bytes at hand come to; nothing where the search goes on.
  std::optional<Cut> weigh(const Measure& m, Search& search) {
    switch (m.kind) {
      case Measure::Kind::whole:
        if (!good(m)) return bad_checksum(m, search);
        if (search.dropped) return leave(search);
        in_doubt_until_ = 0;
        after_end_ = common().shared_flag;
        return Cut::whole(common().payload_of(m.frame, m.strip), search.at + m.size, m.frame);
      case Measure::Kind::more:
        if (!search.dropped) wanted_ = m.size;
        return leave(search);
      case Measure::Kind::empty:
        search.at += m.size;
        return std::nullopt;
      case Measure::Kind::garbage:
        return Cut::garbage(search.at + m.size);
      case Measure::Kind::too_long:
        return too_long(m, search);
      case Measure::Kind::lost:
        return search.dropped ? leave(search) : Cut::lose(m.reason);
      case Measure::Kind::bad:
        break;
    }
    return bad(m, m.reason, search);
  }

  std::optional<Cut> too_long(const Measure& m, Search& search) {
    if (claims && position_ + search.at < in_doubt_until_) return bad(Measure::bad(m.reason, 1), m.reason, search);
    if (search.dropped) return leave(search);
    if (common().close) return Cut::lose(m.reason);
    after_end_ = false;
    owed_ = !common().fail_fast && shape_.midway() && !common().shared_flag;
    search.at += m.size;
    if (owed_) return std::nullopt;
    return Cut::reject(m.reason, search.at);
  }

  /// Nothing more can be said now; what is before is done with, and what follows is looked at again.
  Cut leave(const Search& search) {
    if (search.at == 0 || !search.dropped) return Cut::more(search.at);
    shape_.forget();
    return Cut::garbage(search.at);
  }

  /// Moves behind what is skipped. False: it may go on.
  bool pass_skips(Search& search) const {
    while (search.at < search.input.size()) {
      const Markers::Match found = common().skip.match(search.input, search.at);
      if (found.longer && found.length == 0) return false;
      if (found.length == 0) return true;
      search.at += found.length;
    }
    return true;
  }

  /// The end of the last frame is taken for the start of this one.
  Measure measure_shared(Bytes rest) {
    const std::string& start = common().start[0];
    joined_.assign(start).append(rest.substr(0, common().max_length + 64));
    Measure m = shape_.measure(joined_);
    m.size -= std::min(m.size, start.size());
    if (m.kind == Measure::Kind::more && joined_.size() > common().max_length) m.kind = Measure::Kind::bad;
    return m;
  }

  /// As bad(); the cut says what the checksum should be.
  std::optional<Cut> bad_checksum(const Measure& m, Search& search) {
    std::optional<Cut> cut = bad(m, "bad_checksum", search);
    if (cut && cut->reason == "bad_checksum") cut->sums = common().checksum->sums(m.frame);
    return cut;
  }

  /// No good frame begins here. Nothing: that has been said of these bytes, and the search goes on behind.
  std::optional<Cut> bad(const Measure& m, std::string_view reason, Search& search) {
    const bool whole_only = Shape::whole_frames && common().start.empty();
    if (!whole_only) shape_.forget();
    after_end_ = false;
    const std::uint64_t here = position_ + search.at;
    const bool known = here < in_doubt_until_;
    if (search.dropped && !known) return leave(search);  // first what is before it
    if (common().close) return Cut::lose(reason);
    const Bytes rest = search.rest();
    const std::size_t size = std::clamp<std::size_t>(m.size, 1, rest.size());
    const bool resumable = !common().start.empty() || Shape::whole_frames;
    in_doubt_until_ = resumable ? std::max(in_doubt_until_, here + std::max(m.claim, size)) : forever;
    search.at += !pay(size, here) || whole_only ? size : 1;
    if (!known) return Cut::reject(reason, search.at);
    search.dropped = true;
    return std::nullopt;
  }

  /// Takes the work for a frame in vain out of the credit. Counts positions only, so that any split gives the same.
  bool pay(std::size_t work, std::uint64_t here) {
    const std::uint64_t received = here > paid_at_ ? here - paid_at_ : 0;  // after a restart they may come again
    credit_ = std::min(credit_ + credit_limit * received, credit_limit * std::uint64_t{common().max_length});
    paid_at_ = std::max(paid_at_, here);
    if (credit_ < work) return false;
    credit_ -= work;
    return true;
  }

  const Config& config_;
  Shape shape_;
  std::size_t wanted_ = 0;            // bytes without which `next` need not look
  std::uint64_t position_ = 0;        // bytes consumed
  std::uint64_t in_doubt_until_ = 0;  // up to there, what fails has been counted
  std::uint64_t credit_;
  std::uint64_t paid_at_ = 0;
  std::string joined_;      // with a shared flag: the frame with its start
  bool after_end_ = false;  // the last frame's end may be the start of the next
  bool owed_ = false;       // a frame that is too long is to be counted at its end
};

}  // namespace fieldgate::framing
