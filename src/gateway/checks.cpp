// Checks across components.
#include "gateway/checks.hpp"

#include <algorithm>
#include <filesystem>
#include <map>
#include <optional>
#include <set>

#include <boost/asio/ip/address.hpp>

#include "adapter/mqtt.hpp"
#include "adapter/tcp.hpp"
#include "adapter/tls.hpp"
#include "adapter/udp.hpp"
#include "config/node.hpp"
#include "sink/mqtt.hpp"

namespace fieldgate::gateway {

namespace {

/// Of the admin listener's token: 128 bits, if its bytes are random.
constexpr std::size_t least_token = 16;

struct Listener {
  bool datagram = false;
  config::Address address;
};

const adapter::StreamOptions* stream_of(const adapter::Factory& adapter) {
  if (const auto* tcp = adapter.config<adapter::Tcp>()) return &tcp->stream;
  if (const auto* tls = adapter.config<adapter::Tls>()) return &tls->stream;
  return nullptr;
}

std::optional<Listener> listener_of(const adapter::Factory& adapter) {
  if (const auto* stream = stream_of(adapter))
    return stream->dials() ? std::nullopt : std::optional<Listener>({false, stream->listen});
  if (const auto* udp = adapter.config<adapter::Udp>()) return Listener{true, udp->listen};
  return std::nullopt;
}

bool is_v6(const std::string& host) { return host.find(':') != std::string::npos; }
/// Names that everybody knows.
std::string plain(const std::string& host) { return host == "localhost" ? "127.0.0.1" : host; }
bool is_wildcard(const std::string& host) { return host == "0.0.0.0" || host == "::"; }

bool collide(const Listener& a, const Listener& b) {
  if (a.address.kind != b.address.kind) return false;
  if (a.address.kind != config::Address::Kind::tcp) return a.address == b.address;
  if (a.datagram != b.datagram || a.address.port != b.address.port || a.address.port == 0) return false;
  if (plain(a.address.host) == plain(b.address.host)) return true;
  return is_v6(a.address.host) == is_v6(b.address.host) && (is_wildcard(a.address.host) || is_wildcard(b.address.host));
}

std::string at_line(const config::Mark& mark) { return "line " + std::to_string(mark.line); }

/// Whether any template of the file says {{ gateway }}.
bool names_gateway(const config::Node& node) {
  if (node.is_map())
    return std::any_of(node.entries.begin(), node.entries.end(),
                       [](const auto& entry) { return names_gateway(entry.value); });
  if (node.is_list()) return std::any_of(node.items.begin(), node.items.end(), names_gateway);
  const std::size_t begin = node.text.find("{{");
  return begin != std::string::npos && node.text.find("gateway", begin) < node.text.find("}}", begin);
}

/// All sinks that get messages of an adapter, by number.
std::set<std::size_t> sinks_behind(const Configuration& c, std::size_t adapter) {
  std::set<std::size_t> found;
  std::vector<const router::Wiring::Outputs*> todo = {&c.wiring.adapters[adapter]};
  std::set<std::size_t> seen;
  while (!todo.empty()) {
    const auto* outputs = todo.back();
    todo.pop_back();
    found.insert(outputs->sinks.begin(), outputs->sinks.end());
    for (const std::size_t t : outputs->transforms) {
      if (seen.insert(t).second) todo.push_back(&c.wiring.transforms[t]);
    }
  }
  return found;
}

const protocol::FramedConfig* protocol_of(const adapter::Factory& adapter) {
  if (const auto* stream = stream_of(adapter)) return &stream->protocol;
  if (const auto* udp = adapter.config<adapter::Udp>()) return &udp->protocol;
  return nullptr;
}

const device::SourceOptions* source_of(const adapter::Factory& adapter) {
  if (const auto* stream = stream_of(adapter)) return &stream->source;
  if (const auto* udp = adapter.config<adapter::Udp>()) return &udp->source;
  if (const auto* mqtt = adapter.config<adapter::Mqtt>()) return &mqtt->source;
  return nullptr;
}

/// Of the folder, or of the first above it that exists.
std::optional<std::uintmax_t> free_space(std::filesystem::path folder) {
  std::error_code failed;
  while (!std::filesystem::exists(folder, failed) && folder.has_relative_path()) folder = folder.parent_path();
  const auto space = std::filesystem::space(folder, failed);
  if (failed) return std::nullopt;
  return space.available;
}

}  // namespace

void check_admin(config::Section& section, const config::Address& address) {
  const config::Node* token = section.node("token");
  if (token != nullptr && !token->unresolved && token->text.size() < least_token) {
    section.error("token", "a token has at least 16 bytes; 'openssl rand -hex 16' makes one");
  }
  if (address.kind != config::Address::Kind::tcp) {
    if (address.kind == config::Address::Kind::systemd)
      section.error("listen", "the admin listener takes host:port or unix:/path");
    else if (token != nullptr || section.has("tls"))
      section.error("listen", "'tls' and 'token' go with host:port; a Unix socket is its owner's alone");
    return;
  }
  boost::system::error_code not_an_address;
  const auto ip = boost::asio::ip::make_address(address.host, not_an_address);
  if (address.host == "localhost" || (!not_an_address && ip.is_loopback())) return;
  if (token != nullptr && section.has("tls")) return;
  section.error("listen",
                "off loopback (127.0.0.1 or [::1]) the admin listener needs 'tls' and 'token': write admin: { tls: { "
                "crt_file: .., key_file: .. }, token: \"${credential:admin}\" }");
}

void check_shipped_name(const std::string& name, config::Section& protocol) {
  const config::Library* library = protocol.reader().library;
  const auto* entry = library == nullptr ? nullptr : library->find(name);
  if (entry == nullptr) return;
  protocol.error(
      "", "a shipped protocol is called '" + name + "' too (" + std::string(library->file(*entry).name) +
              "): give this one another name, or change the shipped one where it is used: protocol: { use: " + name +
              ", .. }");
}

void check_listeners(const Configuration& c, const std::vector<router::Source>& adapters, config::Section& root) {
  config::Problems& problems = root.reader().problems();
  for (std::size_t i = 0; i < c.adapters.size(); ++i) {
    const auto mine = listener_of(c.adapters[i].factory);
    if (!mine || !c.adapters[i].enabled) continue;
    if (c.admin_enabled && collide(*mine, {false, c.admin})) {
      problems.error(adapters[i].mark, adapters[i].path + ".listen",
                     "the admin listener is at " + c.admin.text() + " too (admin.listen)");
    }
    for (std::size_t j = 0; j < i; ++j) {
      const auto other = listener_of(c.adapters[j].factory);
      if (!other || !c.adapters[j].enabled || !collide(*mine, *other)) continue;
      problems.error(adapters[i].mark, adapters[i].path + ".listen",
                     mine->address.text() + " is taken by adapters." + c.adapters[j].name + " (" +
                         at_line(adapters[j].mark) + ")");
    }
  }
}

void check_dialled(const Configuration& c, const std::vector<router::Source>& adapters, config::Problems& problems) {
  std::map<std::string, std::size_t> dialled;  // the adapter by the address
  for (std::size_t i = 0; i < c.adapters.size(); ++i) {
    const auto* stream = stream_of(c.adapters[i].factory);
    if (stream == nullptr || !c.adapters[i].enabled) continue;
    for (const adapter::DialOptions::Target& target : stream->dial.targets) {
      config::Address address = target.address;
      if (address.host.empty()) continue;  // not known by `check --syntax`
      address.host = plain(address.host);
      const auto [other, fresh] = dialled.emplace(address.text(), i);
      if (fresh || other->second == i) continue;
      problems.error(adapters[i].mark, adapters[i].path + ".connect",
                     target.address.text() + " is dialled by adapters." + c.adapters[other->second].name + " too (" +
                         at_line(adapters[other->second].mark) + "): each address once");
    }
  }
}

void check_client_ids(const Configuration& c, const std::vector<router::Source>& adapters,
                      const std::vector<router::Stage>& sinks, config::Problems& problems) {
  struct Client {
    std::string id;
    std::string path;
    config::Mark mark;
    std::vector<mqtt::Server> servers;
  };
  const auto id_of = [&](const expression::Template& written, const std::string& name) {
    return written.empty() ? mqtt::default_client_id(c.id, "", name) : written.source();
  };
  std::vector<Client> clients;
  for (std::size_t i = 0; i < c.adapters.size(); ++i) {
    const auto* config = c.adapters[i].factory.config<adapter::Mqtt>();
    if (config && c.adapters[i].enabled) {
      clients.push_back({id_of(config->client_id, c.adapters[i].name), adapters[i].path, adapters[i].mark,
                         config->connection.servers});
    }
  }
  for (std::size_t i = 0; i < c.sinks.size(); ++i) {
    const auto* config = c.sinks[i].factory.sink.config<sink::Mqtt>();
    if (config && c.sinks[i].enabled) {
      clients.push_back(
          {id_of(config->client_id, c.sinks[i].name), sinks[i].path, sinks[i].mark, config->connection.servers});
    }
  }
  for (auto mine = clients.begin(); mine != clients.end(); ++mine) {
    for (auto other = clients.begin(); other != mine; ++other) {
      const auto shared =
          std::find_first_of(mine->servers.begin(), mine->servers.end(), other->servers.begin(), other->servers.end());
      if (mine->id != other->id || shared == mine->servers.end()) continue;
      problems.error(mine->mark, mine->path + ".client_id",
                     "'" + mine->id + "' is the client_id of " + other->path + " (" + at_line(other->mark) +
                         ") too, at " + shared->text() +
                         "; the broker would end one connection for the other: give each its own");
    }
  }
}

void check_blocking(const Configuration& c, const std::vector<router::Stage>& sinks, config::Problems& problems) {
  std::set<std::size_t> warned;
  for (std::size_t a = 0; a < c.adapters.size(); ++a) {
    const auto reached = sinks_behind(c, a);
    for (const std::size_t sink : reached) {
      const bool blocks = c.sinks[sink].factory && c.sinks[sink].factory.buffer.when_full == buffer::WhenFull::block;
      if (!blocks || reached.size() < 2 || !warned.insert(sink).second) continue;
      const std::size_t other = *std::find_if(reached.begin(), reached.end(), [&](std::size_t s) { return s != sink; });
      problems.warning(sinks[sink].mark, sinks[sink].path + ".buffer",
                       "when_full: block stops adapters." + c.adapters[a].name +
                           " for all sinks once this buffer is full, also for sinks." + c.sinks[other].name +
                           "; drop_oldest would not");
    }
  }
}

void check_acknowledgement(const Configuration& c, const std::vector<router::Source>& adapters,
                           config::Problems& problems) {
  for (std::size_t a = 0; a < c.adapters.size(); ++a) {
    const protocol::FramedConfig* protocol = protocol_of(c.adapters[a].factory);
    if (protocol == nullptr || !protocol->answers_after(After::stored)) continue;
    bool is_durable = false;
    for (const std::size_t sink : sinks_behind(c, a)) {
      if (!c.sinks[sink].factory) return;
      const buffer::Options& buffer = c.sinks[sink].factory.buffer;
      is_durable = is_durable || buffer.type == buffer::Type::disk;
      if (buffer.when_full == buffer::WhenFull::block) continue;
      problems.warning(adapters[a].mark, adapters[a].path + ".protocol.replies",
                       "devices are told 'stored' (after: stored), but sinks." + c.sinks[sink].name +
                           " drops messages when its buffer is full; when_full: block would keep them");
    }
    if (!is_durable) {
      problems.warning(adapters[a].mark, adapters[a].path + ".protocol.replies",
                       "devices are told 'stored' (after: stored), but no sink behind has a disk buffer: a kill or a "
                       "power cut loses what was acknowledged; write buffer: { type: disk }");
    }
  }
}

void check_commands(const Configuration& c, const std::vector<router::Stage>& sinks, config::Problems& problems) {
  std::set<std::string_view> known;
  for (const auto& adapter : c.adapters) {
    if (!adapter.factory) return;  // what it allows is not known
    const auto* source = adapter.enabled ? source_of(adapter.factory) : nullptr;
    if (source != nullptr) known.insert(source->commands.begin(), source->commands.end());
  }
  for (std::size_t i = 0; i < c.sinks.size(); ++i) {
    const auto* config = c.sinks[i].enabled ? c.sinks[i].factory.sink.config<sink::Mqtt>() : nullptr;
    if (config == nullptr) continue;
    for (const std::string& name : config->commands.allow) {
      if (known.contains(name)) continue;
      problems.warning(sinks[i].mark, sinks[i].path + ".commands.allow",
                       "no adapter allows '" + name + "', so it is always refused" +
                           config::did_you_mean(name, {known.begin(), known.end()}) +
                           ": name it in the option commands of the adapter whose devices may be given it");
    }
  }
}

void check_disk_space(const Configuration& c, config::Section& root) {
  if (root.reader().syntax_only) return;
  std::uintmax_t wanted = 0;
  for (const auto& sink : c.sinks) {
    if (sink.enabled && sink.factory && sink.factory.is_durable()) wanted += sink.factory.buffer.max_size;
  }
  if (wanted == 0) return;
  wanted += c.dead_letters.max_size;
  const auto available = free_space(c.data_dir);
  if (!available || wanted <= *available) return;
  root.warning("", "disk buffers and dead letters may grow to " + std::to_string(wanted >> 20) +
                       " MiB, but the disk of gateway.data_dir (" + c.data_dir.string() + ") has only " +
                       std::to_string(*available >> 20) + " MiB left: lower buffer.max_size");
}

void check_default_id(config::Section& root) {
  const config::Node* gateway = root.node("gateway");
  if (root.node() == nullptr || (gateway != nullptr && gateway->is_map() && gateway->find("id") != nullptr)) return;
  if (!names_gateway(*root.node())) return;
  root.warning("", "a template says {{ gateway }}, which is this host's name as long as gateway.id is not given");
}

}  // namespace fieldgate::gateway
