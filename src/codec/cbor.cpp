// Cbor: one loop over the items, with the transcript's stack instead of the thread's.
#include "codec/cbor.hpp"

#include <bit>
#include <cmath>
#include <cstdint>
#include <nlohmann/json.hpp>

#include "message/json.hpp"

namespace fieldgate::codec {

namespace {

constexpr std::string_view invalid = "invalid_cbor";
constexpr std::string_view too_early = "the document ends too early";

/// RFC 8949, appendix D.
double half(std::uint64_t bits) {
  const auto exponent = static_cast<int>(bits >> 10 & 0x1F);
  const auto mantissa = static_cast<double>(bits & 0x3FF);
  const double value = exponent == 0    ? std::ldexp(mantissa, -24)
                       : exponent != 31 ? std::ldexp(mantissa + 1024, exponent - 25)
                       : mantissa == 0  ? INFINITY
                                        : NAN;
  return (bits & 0x8000) != 0 ? -value : value;
}

/// One document, front to back.
class CborPass {
 public:
  CborPass(Bytes frame, std::string& out, std::string& scratch)
      : begin_(frame.data()), rest_(frame), out_(out), scratch_(scratch), transcript_(out) {}

  std::optional<Failure> run();

 private:
  enum Major : unsigned { whole, negative, bytes, text, array, map, tag, simple };

  /// Section 3: a major type, and its argument in `info` or in the bytes behind it.
  struct Head {
    unsigned major = 0;
    unsigned info = 0;
    std::uint64_t argument = 0;
    bool endless = false;  ///< info 31: indefinite, or a break
  };

  bool take_head(Head& head);
  bool take_tags(Head& head);
  bool take_string(const Head& head, Bytes& string);
  bool take_pieces(unsigned major, Bytes& string);
  bool item(const Head& head);
  bool key(const Head& head);
  bool scalar(const Head& head);
  bool string(const Head& head);
  bool special(const Head& head);
  bool container(const Head& head);

  bool fail(std::string_view what, std::string_view reason = invalid) {
    failure_ = {reason, what, static_cast<std::size_t>(rest_.data() - begin_)};
    return false;
  }

  const char* const begin_;
  Bytes rest_;
  std::string& out_;
  std::string& scratch_;
  Transcript transcript_;
  std::uint64_t tag_ = 0;  ///< the innermost one round the item at hand; 0 (a time as text) where there is none
  Failure failure_;
};

std::optional<Failure> CborPass::run() {
  Head head;
  do {
    if (!take_head(head)) return failure_;
    if (head.major == simple && head.endless) {
      if (!transcript_.end()) return fail("a break where nothing can end"), failure_;
      continue;
    }
    if (!take_tags(head)) return failure_;
    const bool is_key = transcript_.at_key();
    transcript_.next();
    if (!(is_key ? key(head) : item(head))) return failure_;
  } while (!transcript_.complete());
  if (!rest_.empty()) return fail("something stands behind the document"), failure_;
  return std::nullopt;
}

inline bool CborPass::take_head(Head& head) {
  if (rest_.empty()) return fail(too_early);
  const auto first = static_cast<unsigned char>(rest_[0]);
  head = {static_cast<unsigned>(first >> 5), first & 0x1FU, first & 0x1FU, false};
  if (head.info < 24) {
    rest_.remove_prefix(1);
    return true;
  }
  if (head.info > 27) {
    const bool may_be_endless = head.major != whole && head.major != negative && head.major != tag;
    if (head.info != 31 || !may_be_endless) return fail("no such head of an item");
    head.endless = true;
    rest_.remove_prefix(1);
    return true;
  }
  const std::size_t size = std::size_t{1} << (head.info - 24);
  if (rest_.size() <= size) return fail(too_early);
  head.argument = 0;
  for (std::size_t i = 1; i <= size; ++i) head.argument = head.argument << 8 | static_cast<unsigned char>(rest_[i]);
  rest_.remove_prefix(size + 1);
  return true;
}

/// Takes the tags in front of an item, and the item's own head.
inline bool CborPass::take_tags(Head& head) {
  tag_ = 0;
  while (head.major == tag) {
    tag_ = head.argument;
    if (!take_head(head)) return false;
  }
  return true;
}

bool CborPass::take_string(const Head& head, Bytes& string) {
  if (head.endless) return take_pieces(head.major, string);
  if (head.argument > rest_.size()) return fail("a string is longer than the document");
  string = rest_.substr(0, head.argument);
  rest_.remove_prefix(head.argument);
  return true;
}

/// A string of unknown length: definite ones of its kind, up to a break (section 3.2.3).
bool CborPass::take_pieces(unsigned major, Bytes& string) {
  scratch_.clear();
  for (;;) {
    Head piece;
    if (!take_head(piece)) return false;
    if (piece.major == simple && piece.endless) break;
    if (piece.major != major || piece.endless) return fail("a piece of a string is no such string");
    Bytes part;
    if (!take_string(piece, part)) return false;
    scratch_.append(part);
  }
  string = scratch_;
  return true;
}

inline bool CborPass::item(const Head& head) {
  return head.major == array || head.major == map ? container(head) : scalar(head);
}

bool CborPass::key(const Head& head) {
  if (head.major == array || head.major == map) return fail("a key is an array or a map", "bad_key");
  const std::size_t from = out_.size();
  if (!scalar(head)) return false;
  make_key(out_, from);
  return true;
}

bool CborPass::container(const Head& head) {
  const bool is_map = head.major == map;
  if (!head.endless && head.argument > rest_.size() / (is_map ? 2 : 1))
    return fail("more items are announced than the document has bytes");
  const std::uint64_t items = head.endless ? Transcript::endless : head.argument * (is_map ? 2 : 1);
  return transcript_.open(is_map, items) || fail("more than 62 levels", "too_deep");
}

inline bool CborPass::scalar(const Head& head) {
  switch (head.major) {
    case whole:
      append_integer(out_, head.argument);
      return true;
    case negative:
      append_negative(out_, head.argument);
      return true;
    case bytes:
    case text:
      return string(head);
    default:
      return special(head);
  }
}

/// Tags 2 and 3 make a number of bytes (section 3.4.3); 23 asks for hex (section 3.4.5.2).
bool CborPass::string(const Head& head) {
  Bytes content;
  const std::uint64_t hint = tag_;
  if (!take_string(head, content)) return false;
  if (head.major == text) {
    json::append_string(out_, content);
  } else if (hint == 2 || hint == 3) {
    append_bignum(out_, content, hint == 3);
  } else if (hint == 23) {
    append_hex_string(out_, content);
  } else {
    append_base64_string(out_, content);
  }
  return true;
}

/// Section 3.3.
bool CborPass::special(const Head& head) {
  if (head.endless) return fail("a break in place of a value");
  switch (head.info) {
    case 20:
      out_ += "false";
      return true;
    case 21:
      out_ += "true";
      return true;
    case 24:  // 24 to 31 were well-formed in RFC 7049
      if (head.argument < 24) return fail("a simple value in two bytes that has one");
      out_ += "null";
      return true;
    case 25:
      json::append_number(out_, half(head.argument));
      return true;
    case 26:
      append_single(out_, std::bit_cast<float>(static_cast<std::uint32_t>(head.argument)));
      return true;
    case 27:
      json::append_number(out_, std::bit_cast<double>(head.argument));
      return true;
    default:
      out_ += "null";
      return true;
  }
}

}  // namespace

std::optional<Failure> append_cbor_as_json(Bytes frame, std::string& out, std::string& scratch) {
  return CborPass(frame, out, scratch).run();
}

std::optional<Failure> Cbor::decode(Bytes frame, Receiver& out) {
  if (auto failure = append_cbor_as_json(frame, documents_.begin(), scratch_)) return failure;
  return documents_.deliver(out);
}

Result<void> Cbor::encode(std::string_view json, std::string& out) const {
  if (auto checked = check_object(json); !checked) return checked;
  const auto document = nlohmann::ordered_json::parse(json, nullptr, false);
  if (document.is_discarded()) return Error{"number", "a number is too large for the format"};
  nlohmann::ordered_json::to_cbor(document, out);
  return {};
}

}  // namespace fieldgate::codec
