// Reason codes.
#include "mqtt/reason.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include <fmt/format.h>

namespace fieldgate::mqtt {
namespace {

struct Text {
  int code;
  std::string_view text;
};

// MQTT 5.0, 2.4.
constexpr std::array<Text, 42> reasons = {{
    {0x00, "success"},
    {0x10, "no matching subscribers"},
    {0x80, "unspecified error"},
    {0x81, "malformed packet"},
    {0x82, "protocol error"},
    {0x83, "implementation specific error"},
    {0x84, "unsupported protocol version"},
    {0x85, "client identifier not valid"},
    {0x86, "bad user name or password"},
    {0x87, "not authorized"},
    {0x88, "server unavailable"},
    {0x89, "server busy"},
    {0x8a, "banned"},
    {0x8b, "server shutting down"},
    {0x8c, "bad authentication method"},
    {0x8d, "keep alive timeout"},
    {0x8e, "session taken over"},
    {0x8f, "topic filter invalid"},
    {0x90, "topic name invalid"},
    {0x91, "packet identifier in use"},
    {0x92, "packet identifier not found"},
    {0x93, "receive maximum exceeded"},
    {0x94, "topic alias invalid"},
    {0x95, "packet too large"},
    {0x96, "message rate too high"},
    {0x97, "quota exceeded"},
    {0x98, "administrative action"},
    {0x99, "payload format invalid"},
    {0x9a, "retain not supported"},
    {0x9b, "QoS not supported"},
    {0x9c, "use another server"},
    {0x9d, "server moved"},
    {0x9e, "shared subscriptions not supported"},
    {0x9f, "connection rate exceeded"},
    {0xa0, "maximum connect time"},
    {0xa1, "subscription identifiers not supported"},
    {0xa2, "wildcard subscriptions not supported"},
    // MQTT 3.1.1, 3.2.2.3: CONNACK only.
    {1, "unacceptable protocol version"},
    {2, "client identifier rejected"},
    {3, "server unavailable"},
    {4, "bad user name or password"},
    {5, "not authorized"},
}};

constexpr std::array<Text, 10> remedies = {{
    {1, "set version: 3.1.1"},
    {2, "choose another client_id"},
    {4, "check username and password"},
    {5, "ask the broker's administrator what this user and client_id may do"},
    {0x84, "set version: 3.1.1"},
    {0x85, "choose another client_id"},
    {0x86, "check username and password"},
    {0x87, "ask the broker's administrator what this user and client_id may do"},
    {0x8a, "the broker's administrator has banned this client"},
    {0x9f, "the broker limits how often clients connect"},
}};

template <std::size_t N>
std::string_view find(const std::array<Text, N>& texts, int code) {
  const auto found = std::find_if(texts.begin(), texts.end(), [code](const Text& text) { return text.code == code; });
  return found == texts.end() ? std::string_view() : found->text;
}

}  // namespace

std::string reason_text(int code) {
  const std::string_view text = find(reasons, code);
  return fmt::format("{} (code {:#04x})", text.empty() ? "unknown reason" : text, code);
}

std::string connect_refusal(int code) {
  const std::string_view remedy = find(remedies, code);
  return fmt::format("the broker refused us: {}{}{}", reason_text(code), remedy.empty() ? "" : "; ", remedy);
}

std::string disconnect_reason(int code) {
  if (code == 0x8e) return "another client uses this client_id (session taken over, code 0x8e); give each its own";
  return "the broker ended the connection: " + reason_text(code);
}

bool is_credential_refusal(int code) {
  constexpr std::array codes = {2, 4, 5, 0x85, 0x86, 0x87, 0x8a, 0x8c};
  return std::find(codes.begin(), codes.end(), code) != codes.end();
}

bool is_version_refusal(int code) { return code == 1 || code == 0x84; }

}  // namespace fieldgate::mqtt
