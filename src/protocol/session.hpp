// Who a connection is, where its devices say so only once: the options of `session:`.
#pragma once

#include <optional>

#include "config/section.hpp"
#include "expression/template.hpp"
#include "protocol/aside.hpp"
#include "protocol/content.hpp"

namespace fieldgate::protocol {

/// Bytes outside of the framing, and what they are answered.
struct AsideEntry {
  AsideOptions bytes;
  std::optional<Content> reply;
  bool operator==(const AsideEntry&) const = default;
};

/// `session:` of a protocol.
struct SessionOptions {
  expression::Template id;
  std::optional<AsideEntry> registration;
  bool every = false;  ///< the registration stands before each packet
  std::optional<AsideEntry> heartbeat;

  static SessionOptions read(config::Section& section);

  /// Whether the id comes from the registration, and from no message.
  bool id_from_registration() const;

  bool operator==(const SessionOptions&) const = default;
};

}  // namespace fieldgate::protocol
