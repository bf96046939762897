// Checksum: one comparison for sums and CRCs, binary or in digits.
#include "framing/checksum.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "config/node.hpp"
#include "config/values.hpp"

namespace fieldgate::framing {

namespace {

constexpr std::int64_t longest = 16 * 1024 * 1024;

int digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/// Up to 64 bits, in decimal or hex.
std::uint64_t number(config::Section& section, std::string_view name, std::string_view meaning) {
  const std::string text = section.text(name, "0", meaning);
  const bool hex = text.starts_with("0x");
  std::uint64_t value = 0;
  bool good = text.size() > (hex ? 2U : 0U);
  for (const char c : std::string_view(text).substr(hex ? 2 : 0)) {
    const int d = digit(c);
    const std::uint64_t base = hex ? 16 : 10;
    good = good && d >= 0 && static_cast<std::uint64_t>(d) < base && value <= ~std::uint64_t{0} / base;
    value = value * base + static_cast<std::uint64_t>(std::max(d, 0));
  }
  if (!good) section.error(name, "expected a number of up to 64 bits, such as 0x8005, not " + config::in_quotes(text));
  return value;
}

CrcParameters read_parameters(config::Section& section) {
  CrcParameters parameters;
  parameters.width = static_cast<unsigned>(section.integer("width", config::required, "Bits of the CRC.", {1, 64}));
  if (parameters.width == 0) parameters.width = 16;
  parameters.poly = number(section, "poly", "The polynomial, without its highest bit: 0x8005.");
  parameters.init = number(section, "init", "The register at the start.");
  parameters.refin = section.flag("refin", false, "Whether bytes are taken lowest bit first.");
  parameters.refout = section.flag("refout", parameters.refin, "Whether the result is turned round, bit by bit.");
  parameters.xorout = number(section, "xorout", "What the result is XORed with.");
  const std::uint64_t all = parameters.width == 64 ? ~std::uint64_t{0} : (std::uint64_t{1} << parameters.width) - 1;
  for (const auto& [name, value] : {std::pair<std::string_view, std::uint64_t>{"poly", parameters.poly},
                                    {"init", parameters.init},
                                    {"xorout", parameters.xorout}}) {
    if ((value & ~all) != 0) section.error(name, fmt::format("has more than {} bits, the width", parameters.width));
  }
  parameters.poly &= all, parameters.init &= all, parameters.xorout &= all;
  return parameters;
}

std::string unknown(std::string_view name) {
  std::vector<std::string_view> names = crc_names();
  for (const std::string_view other : {"xor", "sum8", "sum16", "lrc", "crc16_x25", "crc16_ccitt_false", "crc32"})
    names.push_back(other);
  return fmt::format(
      "no checksum is called {}{}; known: xor, sum8, sum16, lrc, the names of the CRC catalogue such as "
      "crc16_modbus, or its parameters: algorithm: {{ width, poly, init, refin, refout, xorout }}",
      config::in_quotes(name), config::did_you_mean(name, names));
}

}  // namespace

void Checksum::read_algorithm(config::Section& section) {
  constexpr std::string_view name = "algorithm";
  const config::Node* const node = section.node(name);
  if (node != nullptr && node->is_map()) {
    section.section(name, "A CRC by its parameters.", [this](config::Section& s) { crc_.emplace(read_parameters(s)); });
    kind_ = Kind::crc;
  } else {
    const std::string word =
        section.text(name, config::required,
                     "xor, sum8, sum16, lrc, a name of the CRC catalogue (crc16_modbus), or its parameters: { width, "
                     "poly, init, refin, refout, xorout }.");
    if (word == "sum8" || word == "sum16" || word == "lrc") {
      kind_ = word == "lrc" ? Kind::lrc : Kind::sum;
      size_ = word == "sum16" ? 2 : 1;
      wide_sum_ = word == "sum16";
    } else if (const auto parameters = crc_called(word)) {
      crc_.emplace(*parameters);
      kind_ = Kind::crc;
    } else if (word != "xor" && !word.empty()) {
      section.error(name, unknown(word));
    }
  }
  if (crc_) size_ = (crc_->parameters().width + 7) / 8;
}

Checksum Checksum::read(config::Section& section, std::size_t behind) {
  Checksum sum;
  for (const std::string_view parameter : {"width", "poly"}) {
    if (!section.has(parameter) || section.has("algorithm")) continue;
    section.error(parameter, "the parameters of a CRC stand in a map: algorithm: { width: 16, poly: 0x8005, .. }");
    section.accept_all_keys();
    return sum;
  }
  sum.read_algorithm(section);
  const std::size_t natural = sum.size_;
  const auto size = section.optional_integer(
      "size", "Bytes of the number, or its hex digits; left out: what the algorithm gives.", {1, 16});
  if (size) sum.size_ = static_cast<std::size_t>(*size);
  sum.little_ = section.choice<bool>("endian", false, "Order of its bytes.", {{"big", false}, {"little", true}});
  sum.hex_ = section.choice<bool>("encoding", false, "Whether it is bytes, or hex digits in ASCII.",
                                  {{"binary", false}, {"ascii_hex", true}});
  if (sum.hex_ && sum.size_ == 2 * natural) sum.size_ = natural;  // counted in digits, as they stand in the frame
  sum.at_ =
      section.integer("at", {-static_cast<std::int64_t>(sum.width() + behind), "at the end of the frame, before `end`"},
                      "Where it starts in the frame.", {-longest, longest});
  const auto over = section.slice("over", "What it is taken of, as a range [from, to]; left out: all before it.");
  sum.over_ = over.value_or(Range(0, sum.at_));
  sum.may_be_absent_ =
      section.flag("optional", false, "With ascii_hex: whether a frame without digits in its place passes.");
  sum.verify_ =
      section.flag("verify", true, "Whether it is verified in what comes; else it is only filled in in what goes out.");
  if (over && sum.verify_ && sum.sums_itself())
    section.error("over", fmt::format("includes the checksum's own bytes, {} from {} on, so that it never holds: {}",
                                      sum.width(), sum.at_,
                                      sum.at_ < 0 ? fmt::format("let it end at {}", sum.at_)
                                                  : std::string("let it begin behind them, or end before them")));
  return sum;
}

/// Whether `over` meets the checksum, however long the frame: only where both count from the same end is that known.
bool Checksum::sums_itself() const {
  const auto [from, to] = over_;
  const auto end = at_ + static_cast<std::int64_t>(width());
  if (at_ < 0) return to < 0 && to > at_ && (from >= 0 || from < end);
  return from >= 0 && from < end && (to < 0 || to > at_);
}

std::size_t Checksum::gap(std::size_t tail, std::size_t behind) const {
  const std::size_t sum_tail = this->tail();
  const auto above = [](std::size_t a, std::size_t b) { return a > b ? a - b : 0; };
  if (sum_tail == 0) return above(tail, behind);
  return above(tail, sum_tail) + above(std::min(tail, above(sum_tail, width())), behind);
}

Wide Checksum::of(Bytes frame) const {
  const Bytes bytes = part(frame, over_);
  if (kind_ == Kind::crc) return (*crc_)(bytes);
  std::uint64_t sum = 0;
  if (kind_ == Kind::exclusive_or) {
    for (const char c : bytes) sum ^= static_cast<unsigned char>(c);
    return sum;
  }
  for (const char c : bytes) sum += static_cast<unsigned char>(c);
  return (kind_ == Kind::lrc ? 0 - sum : sum) & (wide_sum_ ? 0xFFFFU : 0xFFU);
}

/// The number in the frame; nothing where there are no digits.
std::optional<Wide> Checksum::stored(Bytes frame) const {
  const std::size_t at = place(at_, frame.size());
  Wide value = 0;
  for (std::size_t i = 0; i < size_; ++i) {
    const std::size_t byte = little_ ? size_ - 1 - i : i;
    if (hex_) {
      const int high = digit(frame[at + 2 * byte]);
      const int low = digit(frame[at + 2 * byte + 1]);
      if (high < 0 || low < 0) return std::nullopt;
      value = value << 8U | static_cast<unsigned>(high * 16 + low);
    } else {
      value = value << 8U | static_cast<unsigned char>(frame[at + byte]);
    }
  }
  return value;
}

bool Checksum::holds(Bytes frame) const {
  if (!verify_) return true;
  const std::size_t at = place(at_, frame.size());
  if (at + width() > frame.size() || (at_ < 0 && tail() > frame.size())) return may_be_absent_;
  const std::optional<Wide> there = stored(frame);
  if (!there) return may_be_absent_;
  const Wide mask = size_ >= 16 ? ~Wide{0} : (Wide{1} << (8 * size_)) - 1;
  return (of(frame) & mask) == *there;
}

std::optional<Cut::Sums> Checksum::sums(Bytes frame) const {
  const std::size_t at = place(at_, frame.size());
  if (at + width() > frame.size() || (at_ < 0 && tail() > frame.size())) return std::nullopt;
  const std::optional<Wide> there = stored(frame);
  if (!there) return std::nullopt;
  const Wide mask = size_ >= 16 ? ~Wide{0} : (Wide{1} << (8 * size_)) - 1;
  return Cut::Sums{static_cast<std::uint64_t>(of(frame) & mask), static_cast<std::uint64_t>(*there), size_};
}

bool Checksum::fill(char* frame, std::size_t size) const {
  const Bytes bytes(frame, size);
  const std::size_t at = place(at_, size);
  if (at + width() > size || (at_ < 0 && tail() > size)) return false;
  const Wide sum = of(bytes);
  for (std::size_t i = 0; i < size_; ++i) {
    const auto byte = static_cast<unsigned char>(sum >> (8 * (little_ ? i : size_ - 1 - i)) & 0xFFU);
    if (hex_) {
      constexpr std::string_view digits = "0123456789ABCDEF";
      frame[at + 2 * i] = digits[byte >> 4U];
      frame[at + 2 * i + 1] = digits[byte & 0xFU];
    } else {
      frame[at + i] = static_cast<char>(byte);
    }
  }
  return true;
}

bool Checksum::operator==(const Checksum& other) const {
  const auto same_crc = [](const std::optional<Crc>& a, const std::optional<Crc>& b) {
    return a.has_value() == b.has_value() && (!a || a->parameters() == b->parameters());
  };
  return kind_ == other.kind_ && wide_sum_ == other.wide_sum_ && same_crc(crc_, other.crc_) && over_ == other.over_ &&
         at_ == other.at_ && size_ == other.size_ && little_ == other.little_ && hex_ == other.hex_ &&
         may_be_absent_ == other.may_be_absent_ && verify_ == other.verify_;
}

}  // namespace fieldgate::framing
