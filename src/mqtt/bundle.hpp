// Publications that go to a broker together.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace fieldgate::mqtt {

class Mailbox;

/// Publications handed over together, with what became of each. Filled by the reactor, then the mailbox's until it is
/// settled, then the reactor's again; its memory is used anew by `clear`.
class Bundle {
 public:
  /// What became of a publication, beside the reason codes of version 5 (0 and up; 0x80 and up are refusals).
  static constexpr int pending = -1000;
  static constexpr int lost = -1001;     ///< the connection ended before the acknowledgement
  static constexpr int invalid = -1002;  ///< Paho would not take it: the topic is not UTF-8

  struct Item {
    Bundle* bundle = nullptr;
    std::uint32_t topic = 0;        // where in text_; ends with NUL
    std::uint32_t payload = 0;      // where in text_
    std::uint32_t size = 0;         // of the payload
    std::uint32_t correlation = 0;  // its size; it stands behind the payload
    int outcome = pending;
  };

  Bundle() = default;
  Bundle(const Bundle&) = delete;
  Bundle& operator=(const Bundle&) = delete;

  /// `content_encoding`: the user property `content-encoding` of each (v5); a literal, empty for none.
  void clear(int qos, bool retain, std::string_view content_encoding = {});
  /// Copies them. At most 4 GiB in all. `correlation`: its correlation data (v5); empty for none.
  void add(std::string_view topic, std::string_view payload, std::string_view correlation = {});

  /// Bytes of all PUBLISH packets (version 5; PUBREL of QoS 2 included), without TLS.
  std::uint64_t packet_bytes() const;

  std::size_t size() const { return items_.size(); }
  bool empty() const { return items_.empty(); }
  /// True once every publication has an outcome: only then may the reactor look at them.
  bool settled() const { return settled_; }
  int outcome(std::size_t index) const { return items_[index].outcome; }
  static bool confirmed(int outcome) { return outcome >= 0 && outcome < 0x80; }

 private:
  friend class Mailbox;
  friend class Session;
  friend class Client;

  const char* topic(const Item& item) const { return text_.data() + item.topic; }
  std::string_view payload(const Item& item) const { return std::string_view(text_).substr(item.payload, item.size); }
  std::string_view correlation(const Item& item) const {
    return std::string_view(text_).substr(item.payload + item.size, item.correlation);
  }

  std::string text_;
  std::vector<Item> items_;
  Mailbox* mailbox_ = nullptr;
  std::size_t open_ = 0;  // publications without an outcome; the mailbox's lock guards it
  std::string_view content_encoding_;
  int qos_ = 0;
  bool retain_ = false;
  bool settled_ = false;  // the reactor's
};

}  // namespace fieldgate::mqtt
