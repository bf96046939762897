// NameCheck: what the protocol has.
#include "protocol/names.hpp"

#include "config/node.hpp"

namespace fieldgate::protocol {

NameCheck::NameCheck(const config::Section& protocol, std::optional<FramedConfig::Transport> transport,
                     bool named_peers)
    : transport_(transport), named_peers_(named_peers) {
  const config::Node* const session = protocol.node() == nullptr ? nullptr : protocol.node()->find("session");
  session_ = session != nullptr;
  registration_ = session != nullptr && session->find("registration") != nullptr;
  requests_ = protocol.node() != nullptr && protocol.node()->find("requests") != nullptr;
}

}  // namespace fieldgate::protocol
