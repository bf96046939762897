// Message: how its origin is called in log lines.
#include "message/message.hpp"

namespace fieldgate {

std::string peer_text(const Origin& origin) {
  if (!origin.topic.empty()) return "topic " + std::string(origin.topic);
  if (origin.peer_ip.empty()) return "local peer";
  const bool is_v6 = origin.peer_ip.find(':') != std::string::npos;
  return (is_v6 ? "[" + origin.peer_ip + "]" : origin.peer_ip) + ":" + std::to_string(origin.peer_port);
}

}  // namespace fieldgate
