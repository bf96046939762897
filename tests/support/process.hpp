// A program that a test runs beside itself: a broker, a client, openssl.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

namespace fieldgate::test {

/// Runs a program, found by PATH; killed at the end. Its standard output and error are kept together.
class Process {
 public:
  explicit Process(const std::vector<std::string>& command);
  ~Process();
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  void signal(int number);
  bool running();

  /// Waits for its end: the exit status, or minus the signal that ended it. Throws after `deadline`.
  int wait(std::chrono::milliseconds deadline = std::chrono::seconds(20));

  /// All it has written so far.
  std::string output() const;

  /// Waits until it has written `text` (so many `times`); false after `deadline`, or when it has ended without.
  bool wait_for_output(std::string_view text, std::chrono::milliseconds deadline = std::chrono::seconds(20),
                       std::size_t times = 1);

 private:
  pid_t pid_ = -1;
  int output_ = -1;
  bool ended_ = false;
  int status_ = 0;
};

/// Runs a program to its end; throws with what it wrote unless it exits 0. Returns its output.
std::string run(const std::vector<std::string>& command);

/// How often `part` stands in `text`.
std::size_t occurrences(std::string_view text, std::string_view part);

}  // namespace fieldgate::test
