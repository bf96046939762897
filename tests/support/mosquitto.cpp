// Mosquitto: its configuration file, its life, and its two command line clients.
#include "support/mosquitto.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <stdexcept>
#include <thread>

namespace fieldgate::test {
namespace {

// Debian keeps daemons where a plain user's PATH does not look.
std::string program() {
  for (const char* path : {"/usr/sbin/mosquitto", "/usr/local/sbin/mosquitto"}) {
    if (std::filesystem::exists(path)) return path;
  }
  return "mosquitto";
}

}  // namespace

Mosquitto::Mosquitto(MosquittoOptions options) : options_(std::move(options)) {
  for (int attempt = 0;; ++attempt) {
    port_ = free_port();
    write_config();
    try {
      start();
      return;
    } catch (const std::runtime_error&) {
      if (attempt == 4) throw;  // else somebody took the port in between
    }
  }
}

Mosquitto::~Mosquitto() = default;

std::string Mosquitto::url() const {
  return (options_.tls ? "mqtts://localhost:" : "mqtt://127.0.0.1:") + std::to_string(port_);
}

void Mosquitto::write_config() {
  std::string text = "listener " + std::to_string(port_) + " 127.0.0.1\nlog_dest stderr\nlog_type all\n";
  if (geteuid() == 0) text += "user root\n";  // else it could not read what is below
  if (options_.username.empty()) {
    text += "allow_anonymous true\n";
  } else {
    const auto file = directory_.write("passwords", "");
    run({"mosquitto_passwd", "-b", file, options_.username, options_.password});
    text += "password_file " + file.string() + "\n";
  }
  if (!options_.acl.empty()) text += "acl_file " + directory_.write("acl", options_.acl).string() + "\n";
  if (options_.tls != nullptr) {
    const Identity& identity = options_.identity ? *options_.identity : options_.tls->server;
    text += "certfile " + identity.crt_file.string() + "\nkeyfile " + identity.key_file.string() + "\ncafile " +
            options_.tls->ca.crt_file.string() + "\n";
    if (options_.require_client_certificate) text += "require_certificate true\n";
  }
  text += "persistence_location " + directory_.path().string() + "/\n" + options_.extra + "\n";
  directory_.write("mosquitto.conf", text);
}

void Mosquitto::start() {
  process_ = std::make_unique<Process>(std::vector<std::string>{program(), "-c", directory_ / "mosquitto.conf"});
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  while (!running_on_port()) {
    if (!process_->running() || std::chrono::steady_clock::now() > end) {
      throw std::runtime_error("mosquitto does not start: " + process_->output());
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
}

// Whose port it is, mosquitto itself says; another program on it would answer as well.
bool Mosquitto::running_on_port() const { return process_->output().find(" running\n") != std::string::npos; }

void Mosquitto::kill() {
  process_->signal(SIGKILL);
  process_->wait();
}

void Mosquitto::stop() {
  process_->signal(SIGTERM);
  process_->wait();
}

void Mosquitto::freeze() { process_->signal(SIGSTOP); }
void Mosquitto::thaw() { process_->signal(SIGCONT); }

std::vector<std::string> Mosquitto::client_arguments() const {
  std::vector<std::string> words = {"-h", options_.tls ? "localhost" : "127.0.0.1", "-p", std::to_string(port_), "-V",
                                    "5"};
  if (!options_.username.empty()) words.insert(words.end(), {"-u", options_.username, "-P", options_.password});
  if (options_.tls != nullptr) words.insert(words.end(), {"--cafile", options_.tls->ca.crt_file});
  if (options_.require_client_certificate) {
    words.insert(words.end(), {"--cert", options_.tls->client.crt_file, "--key", options_.tls->client.key_file});
  }
  return words;
}

std::unique_ptr<Process> Mosquitto::subscriber(const std::string& topic, int qos) {
  const std::size_t before = occurrences(log(), "Sending SUBACK");
  std::vector<std::string> command = {"stdbuf", "-oL",  "mosquitto_sub", "-t", topic, "-q", std::to_string(qos),
                                      "-F",     "%t %p"};
  const auto arguments = client_arguments();
  command.insert(command.end(), arguments.begin(), arguments.end());
  auto process = std::make_unique<Process>(command);
  if (!wait_for_log("Sending SUBACK", before + 1))
    throw std::runtime_error("mosquitto_sub failed: " + process->output());
  return process;
}

void Mosquitto::publish(const std::string& topic, const std::string& payload, int qos, bool retain) {
  std::vector<std::string> command = {"mosquitto_pub", "-t", topic, "-m", payload, "-q", std::to_string(qos)};
  if (retain) command.emplace_back("-r");
  const auto arguments = client_arguments();
  command.insert(command.end(), arguments.begin(), arguments.end());
  run(command);
}

}  // namespace fieldgate::test
