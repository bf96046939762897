// Limiter: finds a key's place without allocating, once it has one.
#include "telemetry/limiter.hpp"

namespace fieldgate::telemetry {

Limiter::Key& Limiter::find(std::string_view component, std::string_view key) {
  auto keys = components_.find(component);
  if (keys != components_.end()) {
    const auto found = keys->second.find(key);
    if (found != keys->second.end()) return found->second;
  }
  if (size_ >= max_keys) return overflow_;
  if (keys == components_.end()) keys = components_.emplace(std::string(component), Keys()).first;
  ++size_;
  return keys->second[std::string(key)];
}

bool Limiter::admit(std::string_view component, std::string_view key, Clock::time_point now, std::uint64_t& left_out) {
  Key& place = find(component, key);
  if (now < place.next) {
    ++place.left_out;
    return false;
  }
  left_out = place.left_out;
  place.left_out = 0;
  place.next = now + interval;
  return true;
}

}  // namespace fieldgate::telemetry
