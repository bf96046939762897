// The options that every sink has, beside those of its type: what a record looks like, how many go together, and how
// hard to try.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "config/section.hpp"
#include "expression/shape.hpp"

namespace fieldgate::sink {

/// `encoding`: what a record is, and how records stand together.
struct Encoding {
  enum class Type : std::uint8_t { json, ndjson, json_array, payload };
  enum class Content : std::uint8_t { message, data, shape };
  Type type = Type::json;
  Content content = Content::message;
  expression::Shape shape;  ///< where content is one
  bool id = false;          ///< the envelope holds the message's id, and when it was received

  /// Whether a record is the JSON object of a whole message, envelope and all.
  bool has_envelope() const { return type != Type::payload && content == Content::message; }

  /// Whether several records may go out as one body. If not, each record goes by itself.
  bool joins() const { return type == Type::ndjson || type == Type::json_array; }
  char separator() const { return type == Type::json_array ? ',' : '\n'; }

  /// Reads the option `encoding` of a sink.
  static Encoding read(config::Section& sink, Type fallback);
  bool operator==(const Encoding&) const = default;
};

/// `batch`: when an open batch is sealed.
struct BatchOptions {
  std::size_t max_messages = 1000;
  std::size_t max_bytes = 1024 * 1024;
  Duration timeout = std::chrono::seconds(1);

  /// `single`: the sink's encoding cannot join messages, so that a batch is one message.
  static BatchOptions read(config::Section& sink, bool single);
  bool operator==(const BatchOptions&) const = default;
};

/// `request`: how a batch is delivered, and again.
struct RequestOptions {
  Duration timeout = std::chrono::seconds(15);
  std::size_t concurrency = 1;
  Duration retry_initial = std::chrono::seconds(1);
  Duration retry_max = std::chrono::minutes(2);

  static RequestOptions read(config::Section& sink);
  bool operator==(const RequestOptions&) const = default;
};

}  // namespace fieldgate::sink
