// Msgpack: one loop over the values, with the transcript's stack instead of the thread's. After the specification at
// github.com/msgpack/msgpack, spec.md.
#include "codec/msgpack.hpp"

#include <bit>
#include <cstdint>
#include <nlohmann/json.hpp>

#include "message/json.hpp"
#include "message/time.hpp"

namespace fieldgate::codec {

namespace {

/// The whole seconds of the years that RFC 3339 can write.
constexpr std::int64_t earliest = -62135596800;
constexpr std::int64_t latest = 253402300799;

/// RFC 3339 in UTC with milliseconds; with nanoseconds only where there are any.
void append_timestamp(std::string& out, std::int64_t seconds, std::uint64_t nanoseconds) {
  if (seconds < earliest || seconds > latest) return append_integer(out, seconds);
  out += '"';
  append_rfc3339(out, TimePoint(std::chrono::seconds(seconds)) + std::chrono::microseconds(nanoseconds / 1000));
  if (nanoseconds % 1'000'000 != 0) {
    const std::string digits = std::to_string(nanoseconds);
    out.resize(out.size() - 4);  // 123Z
    out.append(9 - digits.size(), '0').append(digits) += 'Z';
  }
  out += '"';
}

/// One document, front to back.
class MsgpackPass {
 public:
  MsgpackPass(Bytes frame, std::string& out) : begin_(frame.data()), rest_(frame), out_(out), transcript_(out) {}

  std::optional<Failure> run();

 private:
  bool value(unsigned first, bool is_key);
  bool wide(unsigned first, bool is_key);
  bool number(unsigned first);
  bool container(bool is_map, std::uint64_t count, bool is_key);
  bool string(std::uint64_t length);
  bool binary(std::uint64_t length);
  bool extension(std::uint64_t length);

  /// Takes a big-endian number of `size` bytes.
  bool take(std::size_t size, std::uint64_t& number);
  bool take_bytes(std::uint64_t length, Bytes& bytes);
  /// Takes a length of `size` bytes and what it measures, by one of the above.
  template <class Read>
  bool measured(std::size_t size, Read read) {
    std::uint64_t length = 0;
    return take(size, length) && (this->*read)(length);
  }

  bool fail(std::string_view text, std::string_view reason = "invalid_msgpack") {
    failure_ = {reason, text, static_cast<std::size_t>(rest_.data() - begin_)};
    return false;
  }

  const char* const begin_;
  Bytes rest_;
  std::string& out_;
  Transcript transcript_;
  Failure failure_;
};

std::optional<Failure> MsgpackPass::run() {
  do {
    std::uint64_t first = 0;
    if (!take(1, first)) return failure_;
    const bool is_key = transcript_.at_key();
    transcript_.next();
    const std::size_t from = out_.size();
    if (!value(static_cast<unsigned>(first), is_key)) return failure_;
    if (is_key) make_key(out_, from);
  } while (!transcript_.complete());
  if (!rest_.empty()) return fail("something stands behind the document"), failure_;
  return std::nullopt;
}

inline bool MsgpackPass::take(std::size_t size, std::uint64_t& number) {
  if (rest_.size() < size) return fail("the document ends too early");
  number = 0;
  for (std::size_t i = 0; i < size; ++i) number = number << 8 | static_cast<unsigned char>(rest_[i]);
  rest_.remove_prefix(size);
  return true;
}

inline bool MsgpackPass::take_bytes(std::uint64_t length, Bytes& bytes) {
  if (length > rest_.size()) return fail("a value is longer than the document");
  bytes = rest_.substr(0, length);
  rest_.remove_prefix(length);
  return true;
}

inline bool MsgpackPass::value(unsigned first, bool is_key) {
  if (first < 0x80) {
    append_integer(out_, std::uint64_t{first});
    return true;
  }
  if (first < 0x90) return container(true, first & 0xF, is_key);
  if (first < 0xA0) return container(false, first & 0xF, is_key);
  if (first < 0xC0) return string(first & 0x1F);
  if (first >= 0xE0) {
    append_integer(out_, static_cast<std::int64_t>(first) - 0x100);
    return true;
  }
  return wide(first, is_key);
}

/// The formats of one byte and what follows, 0xC0 to 0xDF.
bool MsgpackPass::wide(unsigned first, bool is_key) {
  std::uint64_t count = 0;
  switch (first) {
    case 0xC0:
      out_ += "null";
      return true;
    case 0xC1:
      return fail("0xC1 begins no value");
    case 0xC2:
      out_ += "false";
      return true;
    case 0xC3:
      out_ += "true";
      return true;
    case 0xC4:
    case 0xC5:
    case 0xC6:
      return measured(std::size_t{1} << (first - 0xC4), &MsgpackPass::binary);
    case 0xC7:
    case 0xC8:
    case 0xC9:
      return is_key ? fail("a key is an extension", "bad_key")
                    : measured(std::size_t{1} << (first - 0xC7), &MsgpackPass::extension);
    case 0xD9:
    case 0xDA:
    case 0xDB:
      return measured(std::size_t{1} << (first - 0xD9), &MsgpackPass::string);
    case 0xDC:
    case 0xDD:
    case 0xDE:
    case 0xDF:
      return take((first & 1U) != 0 ? 4 : 2, count) && container(first >= 0xDE, count, is_key);
    default:
      break;
  }
  if (first < 0xD4) return number(first);
  return is_key ? fail("a key is an extension", "bad_key") : extension(std::uint64_t{1} << (first - 0xD4));
}

/// 0xCA to 0xD3.
bool MsgpackPass::number(unsigned first) {
  std::uint64_t bits = 0;
  if (first == 0xCA) {
    if (!take(4, bits)) return false;
    append_single(out_, std::bit_cast<float>(static_cast<std::uint32_t>(bits)));
    return true;
  }
  if (first == 0xCB) {
    if (!take(8, bits)) return false;
    json::append_number(out_, std::bit_cast<double>(bits));
    return true;
  }
  const std::size_t size = std::size_t{1} << (first & 3U);
  if (!take(size, bits)) return false;
  if (first < 0xD0) {
    append_integer(out_, bits);
    return true;
  }
  const auto shift = static_cast<int>(64 - 8 * size);
  append_integer(out_, static_cast<std::int64_t>(bits << shift) >> shift);
  return true;
}

bool MsgpackPass::container(bool is_map, std::uint64_t count, bool is_key) {
  if (is_key) return fail("a key is an array or a map", "bad_key");
  const std::uint64_t items = is_map ? 2 * count : count;
  if (items > rest_.size()) return fail("more items are announced than the document has bytes");
  return transcript_.open(is_map, items) || fail("more than 62 levels", "too_deep");
}

bool MsgpackPass::string(std::uint64_t length) {
  Bytes content;
  if (!take_bytes(length, content)) return false;
  json::append_string(out_, content);
  return true;
}

bool MsgpackPass::binary(std::uint64_t length) {
  Bytes content;
  if (!take_bytes(length, content)) return false;
  append_base64_string(out_, content);
  return true;
}

/// Type -1 is a timestamp in 4, 8 or 12 bytes.
bool MsgpackPass::extension(std::uint64_t length) {
  std::uint64_t type = 0;
  std::uint64_t high = 0;
  std::uint64_t low = 0;
  if (!take(1, type)) return false;
  if (type == 0xFF && length == 4) {
    if (!take(4, low)) return false;
    append_timestamp(out_, static_cast<std::int64_t>(low), 0);
    return true;
  }
  if (type == 0xFF && (length == 8 || length == 12)) {
    if ((length == 12 && !take(4, high)) || !take(8, low)) return false;
    const std::uint64_t nanoseconds = length == 12 ? high : low >> 34;
    if (nanoseconds > 999'999'999) return fail("a timestamp of more than 999999999 nanoseconds");
    append_timestamp(out_, static_cast<std::int64_t>(length == 12 ? low : low & 0x3FFFFFFFF), nanoseconds);
    return true;
  }
  Bytes content;
  if (!take_bytes(length, content)) return false;
  out_ += R"({"type":)";
  append_integer(out_, std::int64_t{static_cast<signed char>(type)});
  out_ += R"(,"base64":)";
  append_base64_string(out_, content);
  out_ += '}';
  return true;
}

}  // namespace

std::optional<Failure> append_msgpack_as_json(Bytes frame, std::string& out) { return MsgpackPass(frame, out).run(); }

std::optional<Failure> Msgpack::decode(Bytes frame, Receiver& out) {
  if (auto failure = append_msgpack_as_json(frame, documents_.begin())) return failure;
  return documents_.deliver(out);
}

Result<void> Msgpack::encode(std::string_view json, std::string& out) const {
  if (auto checked = check_object(json); !checked) return checked;
  const auto document = nlohmann::ordered_json::parse(json, nullptr, false);
  if (document.is_discarded()) return Error{"number", "a number is too large for the format"};
  nlohmann::ordered_json::to_msgpack(document, out);
  return {};
}

}  // namespace fieldgate::codec
