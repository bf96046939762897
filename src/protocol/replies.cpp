// Replies: reading their options, and finding the one that fits.
#include "protocol/replies.hpp"

#include <algorithm>

namespace fieldgate::protocol {

expression::Condition read_optional_condition(config::Section& s, std::string_view name, std::string_view meaning) {
  const auto text = s.optional_text(name, meaning);
  if (!text) return {};
  auto parsed = expression::Condition::parse(*text);
  if (parsed) return std::move(*parsed);
  s.error(name, parsed.error().text);
  return {};
}

Reply Reply::read(config::Section& s) {
  Reply reply;
  reply.when = read_optional_condition(s, "when", "Which frames it answers, an expression; left out: every frame.");
  reply.after = s.choice<After>(
      "after", After::stored, "What must have become of the frame's messages before the answer goes out.",
      {{"received", After::received}, {"stored", After::stored}, {"delivered", After::delivered}});
  reply.out = Outgoing::read(s);
  return reply;
}

const Reply* first_fitting(const std::vector<Reply>& replies, const Message& message) {
  const auto found =
      std::find_if(replies.begin(), replies.end(), [&message](const Reply& reply) { return reply.fits(message); });
  return found == replies.end() ? nullptr : &*found;
}

}  // namespace fieldgate::protocol
