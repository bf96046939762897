// A real mosquitto for tests, on a free port of 127.0.0.1.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "support/process.hpp"
#include "support/temp_dir.hpp"
#include "support/tls_files.hpp"

namespace fieldgate::test {

struct MosquittoOptions {
  std::string username;  ///< with a password: nobody else gets in
  std::string password;
  std::string acl;                     ///< content of an ACL file; empty: everything is allowed
  const TlsFiles* tls = nullptr;       ///< speak TLS
  const Identity* identity = nullptr;  ///< with this certificate; default: tls->server
  bool require_client_certificate = false;
  std::string extra;  ///< further lines of mosquitto.conf
};

/// Runs while it lives. Stop and start keep the port; with `extra: persistence true` (or `persistence`) sessions as
/// well.
class Mosquitto {
 public:
  explicit Mosquitto(MosquittoOptions options = {});
  ~Mosquitto();

  std::uint16_t port() const { return port_; }
  /// "mqtt://127.0.0.1:PORT", with TLS "mqtts://localhost:PORT".
  std::string url() const;

  /// Starts it again on the same port and waits until it takes connections.
  void start();
  void kill();    ///< SIGKILL, and waits for its end
  void stop();    ///< SIGTERM, and waits: saves its sessions if it has `persistence true`
  void freeze();  ///< SIGSTOP: connections stay open, nothing answers
  void thaw();

  /// mosquitto's log (of this start), with every packet in it.
  std::string log() const { return process_->output(); }
  bool wait_for_log(std::string_view text, std::size_t times = 1) {
    return process_->wait_for_output(text, std::chrono::seconds(20), times);
  }

  /// A mosquitto_sub on this broker (with user, password and TLS as it has them): one line "topic payload" a message.
  /// Returns once it is subscribed.
  std::unique_ptr<Process> subscriber(const std::string& topic, int qos = 1);

  /// Publishes by mosquitto_pub, and waits until it is done.
  void publish(const std::string& topic, const std::string& payload, int qos = 1, bool retain = false);

  const TempDir& directory() const { return directory_; }

 private:
  void write_config();
  bool running_on_port() const;
  std::vector<std::string> client_arguments() const;

  MosquittoOptions options_;
  TempDir directory_;
  std::uint16_t port_ = 0;
  std::unique_ptr<Process> process_;
};

}  // namespace fieldgate::test
