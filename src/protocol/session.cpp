// SessionOptions: reading them.
#include "protocol/session.hpp"

namespace fieldgate::protocol {

namespace {

using expression::Name;

std::optional<AsideEntry> read_aside(config::Section& session, std::string_view name, std::string_view meaning,
                                     const std::function<void(config::Section&)>& more) {
  std::optional<AsideEntry> entry;
  session.section(name, meaning, [&](config::Section& s) {
    const bool given = session.has(name);
    if (!given && !s.describing()) return;
    entry.emplace();
    entry->bytes = AsideOptions::read(s);
    if (more) more(s);
    s.section("reply", "What it is answered, at once and without the framing.", [&](config::Section& r) {
      if (r.describing() || s.has("reply")) entry->reply = Content::read(r);
    });
  });
  return entry;
}

}  // namespace

SessionOptions SessionOptions::read(config::Section& s) {
  SessionOptions session;
  session.id = expression::read_template(
      s, "id", config::required,
      "Who the peer is: the first frame that can fill it, or \"{{ match.NAME }}\" of the registration, names it.",
      expression::Place::plain);
  session.registration =
      read_aside(s, "registration", "What a device sends of itself outside of the framing, to say who it is.",
                 [&session](config::Section& r) {
                   session.every = r.choice<bool>("on", false, "Once on a connection, or before each packet.",
                                                  {{"first", false}, {"every", true}});
                 });
  session.heartbeat =
      read_aside(s, "heartbeat", "What a device sends between frames to keep the connection; never a message.", {});
  if (session.id.uses(Name::session_id) || session.id.uses(Name::device))
    s.error("id", "cannot be made of itself: session.id and device are known by it");
  if (session.id.uses(Name::match) && !session.registration && !s.describing())
    s.error("id", "'match' is what a 'registration' has matched, and there is none");
  return session;
}

bool SessionOptions::id_from_registration() const { return id.uses(Name::match) && !id.uses(Name::data); }

}  // namespace fieldgate::protocol
