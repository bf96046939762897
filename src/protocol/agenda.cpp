// Agenda: an ordered set whose nodes are kept by those who left it.
#include "protocol/agenda.hpp"

namespace fieldgate::protocol {

void Agenda::set(Conversation& conversation, Place& place, Time time) {
  if (place.time_ == time) return;
  if (place.time_ != never) place.spare_ = order_.extract(place.at_);
  place.time_ = time;
  if (time == never) return;
  if (place.spare_.empty()) {
    place.at_ = order_.emplace(time, &conversation).first;
  } else {
    place.spare_.value() = {time, &conversation};
    place.at_ = order_.insert(std::move(place.spare_)).position;
  }
}

}  // namespace fieldgate::protocol
