// What is known of bytes that are not yet a frame: found by trying what more bytes would do.
#include "cli/waiting.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "cli/operator_texts.hpp"

namespace fieldgate::cli {
namespace {

constexpr std::size_t most_more = 1024 * 1024;

/// What `more` such bytes behind the rest would make of it.
framing::Cut::Kind with_more(const framing::Factory& framing, Bytes rest, std::size_t more, char filler) {
  const std::string bytes = std::string(rest) + std::string(more, filler);
  const auto framer = framing.make();
  Bytes left = bytes;
  framing::Cut cut = framer->next(left);
  while (cut.kind == framing::Cut::Kind::incomplete && cut.consumed > 0 && cut.consumed < left.size()) {
    left.remove_prefix(cut.consumed);
    cut = framer->next(left);
  }
  // What is too long has no end that could be waited for.
  if (cut.kind == framing::Cut::Kind::rejected && cut.reason == "too_long") return framing::Cut::Kind::incomplete;
  return cut.kind;
}

/// How many such bytes are missing; nothing where no number of them would do.
std::optional<std::size_t> missing(const framing::Factory& framing, Bytes rest, char filler) {
  using Kind = framing::Cut::Kind;
  std::size_t enough = 1;
  while (enough <= most_more && with_more(framing, rest, enough, filler) == Kind::incomplete) enough *= 2;
  if (enough > most_more) return std::nullopt;
  std::size_t few = enough / 2;  // too few
  while (few + 1 < enough) {
    const std::size_t middle = (few + enough) / 2;
    (with_more(framing, rest, middle, filler) == Kind::incomplete ? few : enough) = middle;
  }
  return enough;
}

}  // namespace

std::string waiting_text(const framing::Factory& framing, Bytes rest) {
  const std::string head = count_text(rest.size(), "byte waits", "bytes wait") + " for the rest of a frame";
  if (!framing) return head;
  const auto zeros = missing(framing, rest, '\0');
  const auto others = missing(framing, rest, '\x55');
  if (!zeros || !others) return head + ": its end has not come";
  const std::size_t least = std::min(*zeros, *others);
  if (*zeros == *others)
    return fmt::format("{}: it says of itself that it has {} bytes, {} more", head, rest.size() + least, least);
  return fmt::format("{}: at least {}", head, count_text(least, "byte is missing", "bytes are missing"));
}

}  // namespace fieldgate::cli
