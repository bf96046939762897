// Laboratory: the parts of a file that say how bytes become messages.
#include "gateway/laboratory.hpp"

#include <algorithm>
#include <array>

#include "adapter/presence.hpp"
#include "config/loader.hpp"
#include "config/node.hpp"
#include "config/values.hpp"

namespace fieldgate::gateway {
namespace {

using Transport = protocol::FramedConfig::Transport;

constexpr std::array<std::string_view, 4> transports = {"tcp", "tls", "udp", "mqtt"};

/// Whether a problem is one of what is read here: the sinks and the like may want files and secrets of another machine.
bool matters(const config::Problem& problem) {
  const std::string_view path = problem.path;
  if (path.empty() || path.starts_with("protocols") || path.starts_with("tests") || path.starts_with("include"))
    return true;
  constexpr std::string_view adapters = "adapters.";
  if (!path.starts_with(adapters)) return path == "adapters";
  const std::size_t dot = path.find('.', adapters.size());
  return dot == std::string_view::npos || path.substr(dot).starts_with(".protocol") || path.substr(dot) == ".type";
}

/// The port of an adapter that listens or dials somewhere; 0 where it cannot be told.
std::uint16_t port_of(const config::Section& s) {
  for (const std::string_view option : {"listen", "connect"}) {
    const config::Node* node = s.node(option);
    if (node != nullptr && node->is_map() && !node->entries.empty()) node = &node->entries.front().value;
    if (node == nullptr || !node->is_scalar()) continue;
    const std::size_t colon = node->text.rfind(':');
    const auto port = config::parse_integer(colon == std::string::npos ? "" : node->text.substr(colon + 1));
    if (port && *port > 0 && *port <= 65535) return static_cast<std::uint16_t>(*port);
  }
  return 0;
}

Subject read_adapter(const std::string& name, config::Section& s) {
  Subject subject;
  subject.name = name;
  s.accept_all_keys();
  const std::size_t type =
      config::read_type(s, "adapter", std::vector<std::string_view>(transports.begin(), transports.end()));
  s.accept_all_keys();
  if (type >= transports.size()) return subject;
  subject.type = transports[type];
  subject.port = port_of(s);
  subject.dials = s.has("connect");
  const config::Node* const dialled = s.node("connect");
  if (dialled != nullptr && dialled->is_map() && !dialled->entries.empty())
    subject.peer_name = dialled->entries.front().key;
  subject.protocol = protocol::FramedConfig::read(s, static_cast<Transport>(type));
  return subject;
}

void read(config::Section& root, Laboratory& laboratory) {
  root.accept_all_keys();
  const config::Node* gateway = root.node("gateway");
  const config::Node* id = gateway == nullptr ? nullptr : gateway->find("id");
  laboratory.gateway = id != nullptr && id->is_scalar() && !id->unresolved ? id->text : "fieldgate";
  root.named("protocols", "", [&](const std::string& name, config::Section& s) {
    laboratory.protocols.push_back({name, {}, 0, false, {}, protocol::FramedConfig::read_map(s, std::nullopt)});
  });
  root.named("adapters", "", [&](const std::string& name, config::Section& s) {
    const config::Node* type = s.node("type");
    if (type != nullptr && type->text == adapter::Presence::type) return s.accept_all_keys();  // it reads no bytes
    laboratory.adapters.push_back(read_adapter(name, s));
  });
}

void read(const std::optional<config::Document>& document, const Catalogue& catalogue, Laboratory& laboratory,
          bool with_tests) {
  if (document) {
    config::Reader reader(laboratory.problems);
    document->lead(reader, laboratory.files);
    catalogue.provide_to(reader);
    config::Section root(reader, &document->root, "", nullptr);
    read(root, laboratory);
    if (with_tests) laboratory.tests = read_tests(root);
  }
  laboratory.problems.keep_only(matters);
  laboratory.is_read = document && laboratory.problems.errors() == 0;
}

const Subject* find(const std::vector<Subject>& subjects, std::string_view name) {
  const auto found = std::find_if(subjects.begin(), subjects.end(), [&](const Subject& s) { return s.name == name; });
  return found == subjects.end() ? nullptr : &*found;
}

}  // namespace

bool Subject::is_datagram() const {
  return type == "udp" || type == "mqtt" || !protocol.framing || protocol.framing.type() == "datagram";
}

const Subject* Laboratory::adapter(std::string_view name) const { return find(adapters, name); }

const Subject* Laboratory::protocol(std::string_view name) const { return find(protocols, name); }

Laboratory load_laboratory(const std::filesystem::path& file, const Catalogue& catalogue) {
  Laboratory laboratory;
  read(config::load(file, false, laboratory.files, laboratory.problems), catalogue, laboratory, true);
  return laboratory;
}

Laboratory load_laboratory(const config::Shipped& file, const Catalogue& catalogue, bool with_tests) {
  Laboratory laboratory;
  read(config::load_text(std::string(file.text), laboratory.files, laboratory.problems, std::string(file.name)),
       catalogue, laboratory, with_tests);
  return laboratory;
}

}  // namespace fieldgate::gateway
