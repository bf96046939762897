// The log: spdlog's levels and patterns in front of our own writer.
#include "telemetry/log.hpp"

#include <unistd.h>

#include <memory>
#include <mutex>

#include <spdlog/logger.h>
#include <spdlog/pattern_formatter.h>
#include <spdlog/sinks/base_sink.h>

#include "message/json.hpp"
#include "message/utf8.hpp"
#include "telemetry/limiter.hpp"
#include "telemetry/line_writer.hpp"

namespace fieldgate::telemetry {

namespace {

/// How long stopping waits for a standard error that nobody reads.
constexpr std::chrono::milliseconds stop_grace(500);

/// A line's device text is escaped by its writer; this only keeps one line one line.
constexpr std::size_t whole_line = LineWriter::max_line;

constexpr const char* text_pattern = "%Y-%m-%dT%H:%M:%S.%eZ %v";
constexpr const char* json_pattern = R"({"time":"%Y-%m-%dT%H:%M:%S.%eZ",%v})";

class WriterSink final : public spdlog::sinks::base_sink<std::mutex> {
 public:
  explicit WriterSink(LineWriter& writer) : writer_(writer) {}

 protected:
  void sink_it_(const spdlog::details::log_msg& message) override {
    line_.clear();
    formatter_->format(message, line_);
    writer_.write({line_.data(), line_.size()});
  }
  void flush_() override {}

 private:
  LineWriter& writer_;
  spdlog::memory_buf_t line_;
};

/// Standard error belongs to the process, and so does what writes to it.
struct Output {
  LineWriter writer{STDERR_FILENO};
  spdlog::logger logger{"fieldgate", std::make_shared<WriterSink>(writer)};
  std::mutex limiter_mutex;
  Limiter limiter;
  std::atomic<Level> level{Level::info};
  std::atomic<LogFormat> format{LogFormat::text};

  Output() {
    logger.set_level(spdlog::level::trace);
    set_format(LogFormat::text);
  }

  void set_format(LogFormat wanted) {
    format = wanted;
    logger.set_pattern(wanted == LogFormat::json ? json_pattern : text_pattern, spdlog::pattern_time_type::utc);
  }
};

Output& output() {
  static Output* const the_output = new Output;  // never destroyed: threads may log to the very end
  return *the_output;
}

std::string_view name_of(Level level) {
  constexpr std::string_view names[] = {"trace", "debug", "info", "warn", "error"};
  return names[static_cast<std::size_t>(level)];
}

void append_escaped(std::string& out, Bytes text) {
  const char* at = text.data();
  const char* const end = at + text.size();
  while (at != end) {
    const auto byte = static_cast<unsigned char>(*at);
    std::size_t length = utf8::sequence(at, end);
    // C1 controls, as UTF-8: a terminal may obey them.
    const bool c1 = length == 2 && byte == 0xC2 && static_cast<unsigned char>(at[1]) < 0xA0;
    if (length == 0 || c1 || byte < 0x20 || byte == 0x7F) {
      length = 1;
      fmt::format_to(std::back_inserter(out), "\\x{:02x}", byte);
    } else {
      out.append(at, length);
    }
    at += length;
  }
}

}  // namespace

void start_log(Level level, LogFormat format) {
  output().level = level;
  output().set_format(format);
  output().writer.start();
}

void stop_log() { output().writer.stop(stop_grace); }

std::uint64_t log_dropped() { return output().writer.dropped(); }

bool log_enabled(Level level) { return level >= output().level.load(std::memory_order_relaxed); }

void write_log(Level level, std::string_view component, std::string_view text) {
  std::string line;
  if (output().format == LogFormat::json) {
    line.append("\"level\":\"").append(name_of(level)).append("\",\"component\":");
    json::append_string(line, component);
    line += ",\"message\":";
    json::append_string(line, text.substr(0, whole_line / 2));
  } else {
    line = fmt::format("{:<5} {}: ", name_of(level), component);
    append_escaped(line, text.substr(0, whole_line));
  }
  output().logger.log(spdlog::level::info, spdlog::string_view_t(line.data(), line.size()));
}

std::string escaped(Bytes text, std::size_t limit) {
  Bytes shown = text.substr(0, limit);
  if (shown.size() < text.size()) {  // not in the middle of a character
    for (std::size_t back = 1; back <= 3 && back <= shown.size(); ++back) {
      const std::size_t begin = shown.size() - back;
      if ((static_cast<unsigned char>(shown[begin]) & 0xC0U) == 0x80U) continue;
      if (utf8::sequence(text.data() + begin, text.data() + text.size()) > back) shown = shown.substr(0, begin);
      break;
    }
  }
  std::string out;
  append_escaped(out, shown);
  if (shown.size() < text.size()) out += "...";
  return out;
}

bool Log::admit(std::string_view key, std::uint64_t& left_out) const {
  const std::lock_guard lock(output().limiter_mutex);
  return output().limiter.admit(component_, key, Limiter::Clock::now(), left_out);
}

}  // namespace fieldgate::telemetry
