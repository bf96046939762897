// The `file` sink: lines in files of this machine, rotated.
#pragma once

#include <memory>

#include "sink/file_writer.hpp"
#include "sink/sink.hpp"

namespace fieldgate::sink {

/// Appends each message as a line; compressed, each run of a batch is a member of its own, so that whatever a kill or a
/// power cut leaves can be read up to its last whole one. All disk work is done on the reactor's worker.
class File final : public Sink {
 public:
  static constexpr std::string_view type = "file";
  static constexpr std::string_view meaning = "Appends messages to files, and rotates them.";
  static constexpr Encoding::Type default_encoding = Encoding::Type::ndjson;

  struct Config {
    expression::Template path;
    RotateOptions rotate;
    Compression compression = Compression::none;

    static Config read(config::Section& section);
    bool operator==(const Config&) const = default;
  };

  File(const Config& config, const Context& context);

  /// The path, where it differs by message.
  Result<void> append_key(const Message& message, std::string& out) const override;
  bool has_keys() const override { return config_.path.varies(); }
  Awaitable<Delivery> deliver(const Batch& batch, std::size_t first, std::size_t last, std::size_t lane) override;
  Awaitable<> stop(Duration deadline) override;
  bool up() const override { return up_; }

 private:
  Delivery append(const Batch& batch, std::size_t first, std::size_t last);
  Result<void> write(const std::filesystem::path& path, const std::string& lines, TimePoint now);

  Config config_;
  Encoding::Type encoding_;
  reactor::Reactor& reactor_;
  std::string path_;  // where it does not differ by message
  FileWriter writer_;
  bool up_ = true;
};

}  // namespace fieldgate::sink
