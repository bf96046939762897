// What MQTT allows as a topic and as a filter (MQTT 5.0, 4.7).
#pragma once

#include <string_view>

#include "message/result.hpp"

namespace fieldgate::mqtt {

/// Whether messages may be published to `topic`; the error says what is wrong with it.
Result<void> check_topic(std::string_view topic);

/// Whether `filter` may be subscribed to; `$share/GROUP/FILTER` included (4.8.2).
Result<void> check_filter(std::string_view filter);

/// Whether who subscribed to `filter` gets what is published to `topic`.
bool matches(std::string_view filter, std::string_view topic);

}  // namespace fieldgate::mqtt
