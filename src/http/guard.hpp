// Whom the server answers: the rules of Host, Origin, the token, and of what changes anything.
#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "http/server.hpp"

namespace fieldgate::http {

/// Counts wrong tokens by the address that they came from; bounded.
class Failures {
 public:
  using Time = std::chrono::steady_clock::time_point;
  static constexpr int most = 5;
  static constexpr std::chrono::minutes window{1};
  static constexpr std::size_t max_addresses = 1024;

  /// Whether so many came from there that it has to wait.
  bool too_many(const std::string& address, Time now);
  void count(const std::string& address, Time now);

 private:
  struct Since {
    Time begin;
    int count = 0;
  };
  void forget_old(Time now);

  std::map<std::string, Since> addresses_;
};

/// Where a request comes from.
struct Asker {
  bool secure = false;        ///< through TLS
  std::string address;        ///< the client's
  std::string local_address;  ///< ours that it has connected to
};

/// The rules of one server on TCP.
class Guard {
 public:
  /// `names`: by which clients may call the server beside those of loopback; `*.example.com` stands for one more level.
  Guard(bool on_loopback, std::vector<std::string> names, config::Secret token);

  /// Why a request is not answered, whatever it asks for; nothing: it may be. `rule`: a word for a counter.
  std::optional<ServerResponse> refuse(const ServerRequest& request, const Asker& asker, std::string_view& rule) const;

  /// The same for what it asks for.
  std::optional<ServerResponse> refuse(const ServerRequest& request, Access access, const Asker& asker,
                                       Failures::Time now, std::string_view& rule);

 private:
  bool is_ours(std::string_view host, const Asker& asker) const;
  std::optional<ServerResponse> check_token(const ServerRequest& request, const Asker& asker, Failures::Time now,
                                            std::string_view& rule);

  bool on_loopback_;
  std::vector<std::string> names_;
  config::Secret token_;
  Failures failures_;
};

/// Whether both are the same, in a time that says nothing of where they differ.
bool equal_in_constant_time(std::string_view a, std::string_view b);

/// Whether a host is this machine's loopback: localhost, 127.0.0.0/8, ::1.
bool is_loopback_host(std::string_view host);

/// The host of a Host field: without the port and the brackets of IPv6; nothing where it is malformed.
std::optional<std::string_view> host_of(std::string_view field);

/// An answer that says why there is no other: `{"error": why}`.
ServerResponse refusal(unsigned status, std::string_view why);

}  // namespace fieldgate::http
