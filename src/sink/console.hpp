// The `console` sink: a line for each message, for people and pipes.
#pragma once

#include <memory>
#include <string>

#include <boost/asio/posix/basic_stream_descriptor.hpp>

#include "reactor/event.hpp"
#include "sink/sink.hpp"

namespace fieldgate::sink {

/// Writes to standard output or error, and waits without holding anybody up while the reader of a pipe does not read.
class Console final : public Sink {
 public:
  static constexpr std::string_view type = "console";
  static constexpr std::string_view meaning = "Writes messages to standard output, one a line.";
  static constexpr Encoding::Type default_encoding = Encoding::Type::json;

  struct Config {
    int descriptor = 1;

    static Config read(config::Section& section);
    bool operator==(const Config&) const = default;
  };

  Console(const Config& config, const Context& context);
  ~Console() override;

  void start() override;
  Awaitable<Delivery> deliver(const Batch& batch, std::size_t first, std::size_t last, std::size_t lane) override;
  Awaitable<> stop(Duration deadline) override;
  bool up() const override { return up_; }

 private:
  /// How the descriptor is written to without waiting in the call.
  enum class Way : unsigned char {
    own,     ///< an opening of our own that does not block: pipes and terminals
    shared,  ///< not ours to set to non-blocking: a few bytes when it is ready
    socket,  ///< with MSG_DONTWAIT
    worker,  ///< a regular file or a device that cannot be waited for: on the worker
  };
  using Descriptor = asio::posix::basic_stream_descriptor<asio::io_context::executor_type>;

  /// Writes from the front of `text`, which loses what was written; until all is, or the time is up, or `ec`.
  Awaitable<> write(std::string_view& text, error_code& ec);
  Awaitable<> write_on_worker(std::string_view& text, error_code& ec);
  Awaitable<> wait_until_writable(error_code& ec);
  long write_some(std::string_view text) const;
  Awaitable<Delivery> deliver_alone(const Batch& batch, std::size_t first, std::size_t last);
  Delivery failed(const error_code& ec) const;

  Config config_;
  Encoding::Type encoding_;
  Duration timeout_;
  reactor::Reactor& reactor_;
  Descriptor writable_;  // an epoll of its own round the target, which is readable when the target is writable
  Timer patience_;
  reactor::Event turn_;
  std::string begun_;  // the line that could only be written in part, and will come again
  std::size_t begun_written_ = 0;
  Way way_ = Way::worker;
  int target_;
  bool busy_ = false;
  bool up_ = true;
};

}  // namespace fieldgate::sink
