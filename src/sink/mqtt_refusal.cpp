// Refusals and the memory of refused topics.
#include "sink/mqtt_refusal.hpp"

#include <algorithm>

#include "mqtt/bundle.hpp"

namespace fieldgate::sink {

Refusal refusal_of(int code) {
  using Kind = Refusal::Kind;
  switch (code) {
    case 0x87:
      return {Kind::doubt, "not_authorized"};
    case 0x90:
      return {Kind::doubt, "topic_invalid"};
    case 0x95:
      return {Kind::never, "packet_too_large"};
    case 0x96:
    case 0x97:
      return {Kind::throttle, "quota"};
    case 0x99:
      return {Kind::never, "payload_invalid"};
    case mqtt::Bundle::invalid:
      return {Kind::never, "topic_invalid"};
    default:
      return {Kind::later, "refused"};
  }
}

void RefusedTopics::add(std::string_view topic, Time now) {
  if (until_.size() >= most) {
    std::erase_if(until_, [now](const auto& entry) { return entry.second <= now; });
    if (until_.size() >= most) until_.clear();
  }
  until_.insert_or_assign(std::string(topic), now + memory);
}

bool RefusedTopics::contains(std::string_view topic, Time now) {
  const auto found = until_.find(topic);
  if (found == until_.end()) return false;
  if (found->second > now) return true;
  until_.erase(found);
  return false;
}

}  // namespace fieldgate::sink
