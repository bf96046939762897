// Process: fork and exec, with the output in memory.
#include "support/process.hpp"

#include <fcntl.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <stdexcept>
#include <thread>

extern char** environ;

namespace fieldgate::test {
namespace {

constexpr auto poll_interval = std::chrono::milliseconds(2);

std::string joined(const std::vector<std::string>& command) {
  std::string text;
  for (const std::string& word : command) text += (text.empty() ? "" : " ") + word;
  return text;
}

}  // namespace

Process::Process(const std::vector<std::string>& command) : output_(memfd_create("output", MFD_CLOEXEC)) {
  // Appending, so that the child's two streams, and whatever it starts, never overwrite each other.
  fcntl(output_, F_SETFL, O_APPEND);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_adddup2(&actions, output_, 1);
  posix_spawn_file_actions_adddup2(&actions, output_, 2);
  std::vector<char*> arguments;
  for (const std::string& word : command) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  const int failure = posix_spawnp(&pid_, arguments[0], &actions, nullptr, arguments.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  if (failure != 0) {
    close(output_);
    throw std::runtime_error("cannot run " + joined(command));
  }
}

Process::~Process() {
  if (running()) {
    kill(pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
  }
  close(output_);
}

void Process::signal(int number) {
  if (running()) kill(pid_, number);
}

bool Process::running() {
  if (!ended_ && waitpid(pid_, &status_, WNOHANG) == pid_) ended_ = true;
  return !ended_;
}

int Process::wait(std::chrono::milliseconds deadline) {
  const auto end = std::chrono::steady_clock::now() + deadline;
  while (running()) {
    if (std::chrono::steady_clock::now() > end)
      throw std::runtime_error("a process does not end; it wrote: " + output());
    std::this_thread::sleep_for(poll_interval);
  }
  return WIFEXITED(status_) ? WEXITSTATUS(status_) : -WTERMSIG(status_);
}

std::string Process::output() const {
  struct stat info {};
  fstat(output_, &info);
  std::string text(static_cast<std::size_t>(info.st_size), '\0');
  const ssize_t got = pread(output_, text.data(), text.size(), 0);
  text.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
  return text;
}

bool Process::wait_for_output(std::string_view text, std::chrono::milliseconds deadline, std::size_t times) {
  const auto end = std::chrono::steady_clock::now() + deadline;
  for (;;) {
    const bool was_running = running();
    if (occurrences(output(), text) >= times) return true;
    if (!was_running || std::chrono::steady_clock::now() > end) return false;
    std::this_thread::sleep_for(poll_interval);
  }
}

std::string run(const std::vector<std::string>& command) {
  Process process(command);
  if (process.wait() != 0) throw std::runtime_error(joined(command) + " failed: " + process.output());
  return process.output();
}

std::size_t occurrences(std::string_view text, std::string_view part) {
  std::size_t count = 0;
  for (std::size_t at = text.find(part); at != std::string_view::npos; at = text.find(part, at + part.size())) ++count;
  return count;
}

}  // namespace fieldgate::test
