// Escape: spans without an escape are copied whole.
#include "framing/escape.hpp"

#include <algorithm>
#include <cstring>

#include "config/values.hpp"
#include "framing/cobs.hpp"

namespace fieldgate::framing {

namespace {

int digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

bool undo_hex(Bytes wire, std::string& out) {
  if (wire.size() % 2 != 0) return false;
  for (std::size_t i = 0; i < wire.size(); i += 2) {
    const int high = digit(wire[i]);
    const int low = digit(wire[i + 1]);
    if (high < 0 || low < 0) return false;
    out.push_back(static_cast<char>(high * 16 + low));
  }
  return true;
}

void apply_hex(Bytes plain, std::string& out) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  for (const char c : plain) {
    out.push_back(digits[static_cast<unsigned char>(c) >> 4U]);
    out.push_back(digits[static_cast<unsigned char>(c) & 0xFU]);
  }
}

}  // namespace

void Escape::read_map(config::Section& section) {
  for (const auto& [wire, plain] :
       section.text_map("map", "What stands on the wire, and for what: { 0x7d01: 0x7d }.")) {
    const auto from = config::parse_bytes(wire);
    const auto to = config::parse_bytes(plain);
    if (!from || !to) {
      section.error("map", (from ? to : from).error().text);
    } else if (from->empty() || to->empty()) {
      section.error("map", "nothing can stand for nothing: give bytes on both sides, like { 0x7d01: 0x7d }");
    } else {
      for (const std::string& text : {wire, plain}) {
        if (const auto doubt = config::hex_warning(text)) section.warning("map", *doubt);
      }
      pairs_.push_back({*from, *to});
      if (leads_.find(from->front()) == std::string::npos) leads_ += from->front();
    }
  }
  if (!pairs_.empty()) kind_ = Kind::map;
}

void Escape::read_step(config::Section& section, const std::vector<const Markers*>& markers) {
  const std::string byte = section.bytes("byte", std::string(), "The byte in front of one that was changed: 0x7d.");
  const auto exclusive_or = section.optional_integer("xor", "What the changed byte is XORed with: 0x20.", {0, 255});
  const auto difference = section.optional_integer("sub", "What is taken from the changed byte.", {0, 255});
  if (byte.empty()) {
    if (exclusive_or || difference) section.error("byte", "is needed with xor and sub: the byte in front");
    return;
  }
  if (byte.size() != 1) section.error("byte", "must be one byte");
  if (exclusive_or.has_value() == difference.has_value()) section.error("", "with 'byte', give either 'xor' or 'sub'");
  if (!pairs_.empty()) section.error("map", "'map' and 'byte' exclude each other");
  kind_ = exclusive_or ? Kind::exclusive_or : Kind::difference;
  step_ = static_cast<unsigned char>(exclusive_or ? *exclusive_or : difference.value_or(0));
  leads_ = escaped_ = byte.substr(0, 1);
  for (const Markers* const some : markers) {
    for (const std::string& one : some->list()) escaped_ += one;
  }
}

Escape Escape::read(config::Section& section, const std::vector<const Markers*>& markers) {
  Escape escape;
  section.section("escape", "What stands for bytes that cannot stand in a frame: `map`, or `byte` with `xor` or `sub`.",
                  [&](config::Section& s) {
                    escape.read_map(s);
                    escape.read_step(s, markers);
                    if (s.flag("hex", false, "Whether each byte is sent as two hex digits.")) {
                      if (escape) s.error("hex", "stands alone: leave 'map' and 'byte' out");
                      escape.kind_ = Kind::hex;
                    }
                  });
  return escape;
}

std::size_t Escape::next_lead(Bytes wire, std::size_t from) const {
  if (leads_.size() == 1) {
    const void* const found = std::memchr(wire.data() + from, leads_.front(), wire.size() - from);
    return found == nullptr ? wire.size() : static_cast<std::size_t>(static_cast<const char*>(found) - wire.data());
  }
  const std::size_t found = wire.find_first_of(leads_, from);
  return found == Bytes::npos ? wire.size() : found;
}

bool Escape::nothing_in(Bytes wire) const {
  if (kind_ == Kind::none || wire.empty()) return kind_ != Kind::cobs && kind_ != Kind::cobs_reduced;
  return kind_ <= Kind::difference && next_lead(wire, 0) == wire.size();
}

std::size_t Escape::sequence(Bytes wire, std::string& out, bool& bad) const {
  if (kind_ != Kind::map) {
    if (wire.size() < 2) return 0;
    const auto byte = static_cast<unsigned char>(wire[1]);
    out.push_back(static_cast<char>(kind_ == Kind::exclusive_or ? byte ^ step_ : byte - step_));
    return 2;
  }
  bool begun = false;
  bool unfinished = false;
  for (const Pair& pair : pairs_) {
    if (wire.starts_with(pair.wire)) {
      out.append(pair.plain);
      return pair.wire.size();
    }
    const Bytes before_last = Bytes(pair.wire).substr(0, pair.wire.size() - 1);
    begun = begun || (!before_last.empty() && wire.starts_with(before_last));
    unfinished = unfinished || (wire.size() < pair.wire.size() && Bytes(pair.wire).starts_with(wire));
  }
  if (unfinished) return 0;
  bad = begun;
  out.push_back(wire.front());
  return 1;
}

Escape::Undone Escape::undo(Bytes wire, std::string& out, std::size_t most) const {
  Undone undone;
  const std::size_t until = out.size() + most;
  while (undone.used < wire.size() && out.size() < until) {
    const std::size_t span = std::min(next_lead(wire, undone.used) - undone.used, until - out.size());
    out.append(wire.substr(undone.used, span));
    undone.used += span;
    if (undone.used == wire.size() || out.size() == until) break;
    const std::size_t length = sequence(wire.substr(undone.used), out, undone.bad);
    if (length == 0 || undone.bad) break;
    undone.used += length;
  }
  return undone;
}

bool Escape::undo_all(Bytes wire, std::string& out) const {
  if (kind_ == Kind::hex) return undo_hex(wire, out);
  if (kind_ == Kind::cobs || kind_ == Kind::cobs_reduced) return undo_cobs(wire, kind_ == Kind::cobs_reduced, out);
  if (kind_ == Kind::none) {
    out.append(wire);
    return true;
  }
  const Undone undone = undo(wire, out, Bytes::npos - out.size());
  return !undone.bad && undone.used == wire.size();
}

void Escape::apply(Bytes plain, std::string& out) const {
  if (kind_ == Kind::hex) return apply_hex(plain, out);
  if (kind_ == Kind::cobs || kind_ == Kind::cobs_reduced) return apply_cobs(plain, kind_ == Kind::cobs_reduced, out);
  std::size_t at = 0;
  while (at < plain.size()) {
    const auto pair = std::find_if(pairs_.begin(), pairs_.end(),
                                   [&](const Pair& one) { return plain.substr(at).starts_with(one.plain); });
    if (pair != pairs_.end()) {
      out.append(pair->wire);
      at += pair->plain.size();
      continue;
    }
    const char c = plain[at++];
    if (escaped_.find(c) == std::string::npos) {
      out.push_back(c);
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    out.push_back(leads_.front());
    out.push_back(static_cast<char>(kind_ == Kind::exclusive_or ? byte ^ step_ : byte + step_));
  }
}

}  // namespace fieldgate::framing
