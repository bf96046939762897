// Inbox: messages back to back in one text.
#include "mqtt/mailbox.hpp"

namespace fieldgate::mqtt {
namespace {

constexpr std::size_t kept_capacity = 1024 * 1024;

}  // namespace

std::size_t Incoming::size() const {
  std::size_t all = topic.size() + payload.size() + response_topic.size() + correlation.size();
  for (const Meta& property : properties) all += property.name.size() + property.value.size();
  return all;
}

void Inbox::add(const Incoming& message) {
  const std::size_t begin = text_.size();
  text_.append(message.topic).append(message.payload).append(message.response_topic).append(message.correlation);
  for (const Meta& property : message.properties) {
    text_.append(property.name).append(property.value);
    properties_.emplace_back(property.name.size(), property.value.size());
  }
  entries_.push_back(
      {static_cast<std::uint32_t>(message.topic.size()), static_cast<std::uint32_t>(message.payload.size()),
       static_cast<std::uint32_t>(message.properties.size()), static_cast<std::uint32_t>(message.response_topic.size()),
       static_cast<std::uint32_t>(message.correlation.size()), static_cast<std::uint32_t>(text_.size() - begin),
       message.qos, message.retain});
}

Incoming Inbox::front(std::vector<Meta>& scratch) const {
  const Entry& entry = entries_[next_];
  std::string_view rest = std::string_view(text_).substr(at_, entry.size);
  const auto cut = [&rest](std::size_t size) {
    const std::string_view part = rest.substr(0, size);
    rest.remove_prefix(size);
    return part;
  };
  Incoming message;
  message.topic = cut(entry.topic);
  message.payload = cut(entry.payload);
  message.response_topic = cut(entry.response_topic);
  message.correlation = cut(entry.correlation);
  message.qos = entry.qos;
  message.retain = entry.retain;
  scratch.clear();
  for (std::size_t i = 0; i < entry.properties; ++i) {
    const auto [name_size, value_size] = properties_[next_property_ + i];
    const std::string_view name = cut(name_size);
    scratch.push_back({name, cut(value_size)});
  }
  message.properties = scratch;
  return message;
}

void Inbox::pop() {
  at_ += entries_[next_].size;
  next_property_ += entries_[next_].properties;
  if (++next_ == entries_.size()) clear();
}

void Inbox::clear() {
  // What a flood has grown is given back.
  if (text_.capacity() > kept_capacity) std::string().swap(text_);
  text_.clear();
  entries_.clear();
  properties_.clear();
  at_ = next_ = next_property_ = 0;
}

}  // namespace fieldgate::mqtt
