// What the tools of the laboratory need of a file: its protocols and its tests, whatever else is wrong with it.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "config/files.hpp"
#include "config/problem.hpp"
#include "gateway/catalogue.hpp"
#include "gateway/test_case.hpp"
#include "protocol/framed.hpp"

namespace fieldgate::gateway {

/// A protocol that bytes can be given to.
struct Subject {
  std::string name;        ///< of the adapter, or of the protocol
  std::string type;        ///< of the adapter: tcp, tls, udp, mqtt; empty for a protocol that no adapter names
  std::uint16_t port = 0;  ///< that the adapter listens at, or dials; 0: none is known
  bool dials = false;
  std::string peer_name;  ///< of the first that it dials
  protocol::FramedConfig protocol;

  /// Whether each chunk of bytes stands for itself, rather than being a piece of a stream.
  bool is_datagram() const;
};

struct Laboratory {
  std::string gateway;  ///< {{ gateway }}
  std::vector<Subject> adapters;
  std::vector<Subject> protocols;
  std::vector<TestCase> tests;
  config::Files files;
  config::Problems problems;  ///< only those that matter here
  bool is_read = false;       ///< false: there is a problem

  /// Null where there is none.
  const Subject* adapter(std::string_view name) const;
  const Subject* protocol(std::string_view name) const;
};

/// Reads the parts of `file` that say how bytes become messages. Neither sinks and their secrets nor the files of TLS
/// have to be there. `catalogue` outlives the result.
Laboratory load_laboratory(const std::filesystem::path& file, const Catalogue& catalogue);

/// The same of a file of the shipped library; its tests only if asked for.
Laboratory load_laboratory(const config::Shipped& file, const Catalogue& catalogue, bool with_tests = true);

}  // namespace fieldgate::gateway
