// What is remembered of one peer while it is there: who it is, and what it is asked.
#pragma once

#include <cstdint>
#include <list>
#include <string>
#include <vector>

#include "message/message.hpp"
#include "protocol/agenda.hpp"
#include "protocol/dialogue.hpp"
#include "protocol/protocol.hpp"
#include "transport/transport.hpp"

namespace fieldgate::protocol {

/// Of a connection, or of the address of datagrams. Only where a protocol has a session, requests, commands or a
/// counter: others pay for none.
struct Conversation : Peer {
  Conversation(const std::vector<Ask>& asks, bool half_duplex) : dialogue(asks, half_duplex) {}

  /// Sends it bytes.
  void write(Bytes bytes) { transport->write(bytes, to); }

  std::string to;    ///< of datagrams: the peer's address
  std::string id;    ///< who it is; empty until it is known
  std::string peer;  ///< for the log
  std::vector<std::string> matched;
  std::vector<Meta> match;  ///< of the registration; views of `matched`
  Talk talk;
  Dialogue dialogue;
  Agenda::Place place;
  Agenda::Time identify_by = Agenda::never;
  Agenda::Time quiet_at = Agenda::never;   ///< a registration that may grow is whole then
  Agenda::Time heard{};                    ///< of datagrams: when the last came
  Agenda::Time forget_at = Agenda::never;  ///< of datagrams: when to see whether any came since
  std::list<Conversation>::iterator self;  ///< of datagrams
  bool started = false;
  bool registered = false;
  bool settled_aside = false;  ///< what stands in front takes no more bytes: decide
  bool ended = false;          ///< it is being closed
};

}  // namespace fieldgate::protocol
