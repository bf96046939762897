// File: runs of records with one path, appended on the worker.
#include "sink/file.hpp"

#include <array>
#include <utility>

#include "http/gzip.hpp"

namespace fieldgate::sink {

File::Config File::Config::read(config::Section& section) {
  Config config;
  const std::string path =
      section.path("path", config::required, "The file; a template, it may differ by message.").string();
  if (!path.empty()) {
    auto parsed = expression::Template::parse(path, expression::Place::path);
    if (parsed) {
      config.path = std::move(*parsed);
    } else {
      section.error("path", parsed.error().text);
    }
  }
  section.section("rotate", "When a file is put aside under a name with its time.", [&](config::Section& s) {
    config.rotate.every =
        s.duration("every", config.rotate.every, "A new file for each such span of UTC.", std::chrono::seconds(1));
    config.rotate.max_size = s.size("max_size", config.rotate.max_size, "A file does not grow beyond it.", {1024});
    config.rotate.keep = static_cast<std::size_t>(s.integer("keep", static_cast<std::int64_t>(config.rotate.keep),
                                                            "How many stay; the oldest are removed.", {1, 100000}));
  });
  config.compression = read_compression(
      section, "How the file is compressed: a member for each batch; its name is path, as it is written.");
  return config;
}

File::File(const Config& config, const Context& context)
    : config_(config),
      encoding_(context.encoding.type),
      reactor_(context.reactor),
      writer_(config.rotate, config.compression) {
  config_.path.bind(context.environment, context.paths);
  if (!config_.path.varies()) path_ = config_.path.constant();
}

Result<void> File::append_key(const Message& message, std::string& out) const {
  return config_.path.varies() ? config_.path.fill(message, out) : Result<void>();
}

Awaitable<Delivery> File::deliver(const Batch& batch, std::size_t first, std::size_t last, std::size_t) {
  Delivery delivery;
  std::function<void()> job = [this, &batch, first, last, &delivery] { delivery = append(batch, first, last); };
  co_await reactor_.blocking(std::move(job));
  up_ = delivery.outcome == Delivery::Outcome::confirmed;
  co_return delivery;
}

Delivery File::append(const Batch& batch, std::size_t first, std::size_t last) {
  const TimePoint now = Instant::now().wall;
  const bool is_array = encoding_ == Encoding::Type::json_array;
  Result<void> done;
  std::size_t begin = first;
  std::string lines;
  while (begin < last) {
    std::size_t end = begin + 1;
    while (end < last && batch.key(end) == batch.key(begin)) ++end;
    lines.assign(is_array ? "[" : "").append(batch.run(begin, end)).append(is_array ? "]\n" : "\n");
    const std::string path = config_.path.varies() ? std::string(batch.key(begin)) : path_;
    done = write(path, lines, now);
    if (!done) break;
    begin = end;
  }
  const auto synced = writer_.sync();
  if (done && synced) return Delivery::done();
  const Error& error = synced ? done.error() : synced.error();
  Delivery delivery;
  delivery.outcome = synced && error.reason == "path" ? Delivery::Outcome::rejected : Delivery::Outcome::retry;
  delivery.delivered = synced ? begin - first : 0;
  delivery.rejected = delivery.outcome == Delivery::Outcome::rejected ? 1 : 0;
  delivery.reason = error.reason;
  delivery.text = error.text;
  return delivery;
}

Result<void> File::write(const std::filesystem::path& path, const std::string& lines, TimePoint now) {
  if (config_.compression == Compression::none) return writer_.append(path, lines, now);
  const std::array<std::string_view, 1> pieces{lines};
  const auto member =
      config_.compression == Compression::gzip ? http::sized_gzip(pieces) : compress(Compression::zstd, pieces);
  return member ? writer_.append(path, *member, now) : Result<void>(member.error());
}

Awaitable<> File::stop(Duration) { co_return; }

}  // namespace fieldgate::sink
