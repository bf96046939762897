// Bundle: filling it.
#include "mqtt/bundle.hpp"

namespace fieldgate::mqtt {

namespace {

constexpr std::string_view property_name = "content-encoding";

/// Of a variable byte integer (MQTT 5.0, 1.5.5).
std::size_t size_of_length(std::size_t length) {
  return length < 128 ? 1 : length < 16384 ? 2 : length < 2097152 ? 3 : 4;
}

}  // namespace

std::uint64_t Bundle::packet_bytes() const {
  constexpr std::size_t pubrel = 4;
  const std::size_t property =
      content_encoding_.empty() ? 0 : 1 + 2 + property_name.size() + 2 + content_encoding_.size();
  std::uint64_t all = 0;
  for (const Item& item : items_) {
    const std::size_t topic = item.payload - item.topic - 1;
    const std::size_t correlation = item.correlation == 0 ? 0 : 1 + 2 + item.correlation;
    const std::size_t properties = property + correlation;
    const std::size_t rest = 2 + topic + (qos_ > 0 ? 2 : 0) + size_of_length(properties) + properties + item.size;
    all += 1 + size_of_length(rest) + rest + (qos_ == 2 ? pubrel : 0);
  }
  return all;
}

void Bundle::clear(int qos, bool retain, std::string_view content_encoding) {
  content_encoding_ = content_encoding;
  text_.clear();
  items_.clear();
  qos_ = qos;
  retain_ = retain;
  settled_ = false;
}

void Bundle::add(std::string_view topic, std::string_view payload, std::string_view correlation) {
  Item item;
  item.bundle = this;
  item.topic = static_cast<std::uint32_t>(text_.size());
  text_.append(topic).push_back('\0');
  item.payload = static_cast<std::uint32_t>(text_.size());
  item.size = static_cast<std::uint32_t>(payload.size());
  item.correlation = static_cast<std::uint32_t>(correlation.size());
  text_.append(payload).append(correlation);
  items_.push_back(item);
}

}  // namespace fieldgate::mqtt
