// What it means that a broker refuses a publication (MQTT 5.0, 3.4.2.1).
#pragma once

#include <chrono>
#include <cstddef>
#include <map>
#include <string>
#include <string_view>

namespace fieldgate::sink {

struct Refusal {
  enum class Kind : unsigned char {
    later,     ///< it may pass later
    throttle,  ///< the broker wants less
    doubt,     ///< rights and topics are what administrators get wrong for a while: not given up at the first refusal
    never,     ///< the same message would be refused again, however often it is sent
  };
  Kind kind;
  std::string_view reason;  ///< a literal: the label of a counter
};

/// `code` is a refusal of version 5 (0x80 and up), or mqtt::Bundle::invalid.
Refusal refusal_of(int code);

/// Topics that were refused too often, remembered for a while, so that each further message of a device that is not
/// allowed to speak does not hold up the others. Pure: times come from outside.
class RefusedTopics {
 public:
  using Time = std::chrono::steady_clock::time_point;
  static constexpr auto memory = std::chrono::minutes(10);
  static constexpr std::size_t most = 256;

  void add(std::string_view topic, Time now);
  bool contains(std::string_view topic, Time now);

 private:
  std::map<std::string, Time, std::less<>> until_;
};

}  // namespace fieldgate::sink
