// SessionOptions: reading them.
#include "protocol/session.hpp"

#include <algorithm>
#include <vector>

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

/// Every `match.NAME` of the id must be a group of the registration's pattern.
void check_groups(config::Section& s, const std::string& id, const std::string& regex) {
  const auto pattern = script::Pattern::compile_bytes(regex);
  if (!pattern) return;  // that has been said
  const std::vector<std::string> groups = pattern->group_names();
  constexpr std::string_view prefix = "match.";
  for (std::size_t at = id.find(prefix); at != std::string::npos; at = id.find(prefix, at + 1)) {
    const std::size_t begin = at + prefix.size();
    const std::size_t end = std::min(id.find_first_of(" |}", begin), id.size());
    const std::string name = id.substr(begin, end - begin);
    if (std::find(groups.begin(), groups.end(), name) != groups.end()) continue;
    const std::vector<std::string_view> known(groups.begin(), groups.end());
    s.error("id", "the registration's regex has no group '" + name + "'" + config::did_you_mean(name, known));
  }
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
  if (session.registration && !session.registration->bytes.regex.empty())
    check_groups(s, session.id.source(), session.registration->bytes.regex);
  return session;
}

bool SessionOptions::id_from_registration() const { return id.uses(Name::match) && !id.uses(Name::data); }

}  // namespace fieldgate::protocol
