// Bundle: filling it.
#include "mqtt/bundle.hpp"

namespace fieldgate::mqtt {

void Bundle::clear(int qos, bool retain) {
  text_.clear();
  items_.clear();
  qos_ = qos;
  retain_ = retain;
  settled_ = false;
}

void Bundle::add(std::string_view topic, std::string_view payload) {
  Item item;
  item.bundle = this;
  item.topic = static_cast<std::uint32_t>(text_.size());
  text_.append(topic).push_back('\0');
  item.payload = static_cast<std::uint32_t>(text_.size());
  item.size = static_cast<std::uint32_t>(payload.size());
  text_.append(payload);
  items_.push_back(item);
}

}  // namespace fieldgate::mqtt
