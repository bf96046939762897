// Inlet: what does not become a message.
#include "router/inlet.hpp"

namespace fieldgate::router {

Receipt Inlet::dead_letter(const Message& message, std::string_view reason, std::string_view text) {
  const Receipt receipt = ++last_receipt_;
  if (dead_letters_ == nullptr) return receipt;
  buffer::DeadLetter letter;
  letter.component = "adapter " + std::string(message.origin->adapter);
  letter.reason = reason;
  letter.text = text;
  letter.device = message.device;
  letter.record = message.frame;
  letter.received = message.received.wall;
  letter.receipt = receipt;
  dead_letters_->add(std::move(letter));
  return receipt;
}

}  // namespace fieldgate::router
