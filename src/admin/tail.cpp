// Tail: what passes, as lines.
#include "admin/tail.hpp"

#include "admin/answers.hpp"
#include "message/glob.hpp"

namespace fieldgate::admin {

Tail::Tail(TailFilter filter, const expression::Environment& environment, device::Recorder& recorder,
           http::Lines& lines)
    : filter_(std::move(filter)),
      recorder_(recorder),
      lines_(lines),
      checker_(paths_),
      encoder_(sink::Encoding{}, environment, paths_, 0) {
  if (filter_.where) filter_.where->bind(environment, paths_);
  recorder_.watch(*this);
}

Tail::~Tail() { recorder_.unwatch(*this); }

bool Tail::wants(std::string_view adapter, std::string_view device) const {
  if (!filter_.adapter.empty() && adapter != filter_.adapter) return false;
  return filter_.device.empty() || glob_matches(filter_.device, device);
}

/// The condition's own paths are picked out of the document anew.
bool Tail::satisfies(const Message& message) {
  if (!filter_.where) return true;
  Message picked = message;
  if (checker_.check(message.document.json, picked.document)) return false;
  return filter_.where->test(picked);
}

void Tail::message(const Message& message) {
  if (filter_.raw || !wants(message.origin->adapter, message.device) || !satisfies(message)) return;
  line_.clear();
  if (encoder_.append(line_, message)) lines_.push(line_);
}

void Tail::recorded(const protocol::FrameRecord& record) {
  if (!filter_.raw || !wants(record.adapter, record.device)) return;
  const std::string peer = record.origin == nullptr ? std::string(record.peer) : peer_text(*record.origin);
  lines_.push(dump({{"time", time_value(record.at.wall)},
                    {"adapter", record.adapter},
                    {"device", record.device},
                    {"peer", peer},
                    {"direction", record.outgoing ? "out" : "in"},
                    {"verdict", record.verdict},
                    {"text", record.text},
                    {"size", record.bytes.size()},
                    {"hex", hex(record.bytes.substr(0, device::Recorder::max_frame))}}));
}

}  // namespace fieldgate::admin
