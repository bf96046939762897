// The options of every sink: read here, once.
#include "sink/options.hpp"

#include "config/node.hpp"

namespace fieldgate::sink {

namespace {

void read_content(config::Section& s, Encoding& encoding) {
  using Content = Encoding::Content;
  const config::Node* const node = s.describing() ? nullptr : s.node("content");
  const bool is_shape =
      node != nullptr && (!node->is_scalar() || node->text.find("{{") != std::string::npos) && !node->unresolved;
  if (s.describing() || is_shape) {
    s.claim({.name = "content",
             .type = "one of message, data, or any YAML",
             .fallback = "message",
             .meaning = "message: with its envelope; data: the document alone; or a shape: YAML whose texts may be "
                        "templates, and one that is a single name keeps its kind."});
  }
  if (!is_shape) {
    if (!s.describing())
      encoding.content =
          s.choice<Content>("content", Content::message, "", {{"message", Content::message}, {"data", Content::data}});
    return;
  }
  encoding.content = Content::shape;
  encoding.shape = expression::Shape::read(s, "content", *node);
  if (encoding.type == Encoding::Type::payload)
    s.error("content", "type payload sends the device's bytes; a shape needs json, ndjson or json_array");
}

}  // namespace

Encoding Encoding::read(config::Section& sink, Type fallback) {
  Encoding encoding;
  sink.section("encoding", "What a record looks like.", [&](config::Section& s) {
    encoding.type = s.choice<Type>(
        "type", fallback,
        "json: each message by itself; ndjson: one a line; json_array: one array; payload: the device's bytes.",
        {{"json", Type::json}, {"ndjson", Type::ndjson}, {"json_array", Type::json_array}, {"payload", Type::payload}});
    read_content(s, encoding);
    encoding.id =
        s.flag("id", false, "The envelope says gateway:run:number, the same at every attempt, and the arrival.");
    if (encoding.id && !encoding.has_envelope())
      s.error("id", "is part of the envelope, which this encoding leaves out");
  });
  return encoding;
}

BatchOptions BatchOptions::read(config::Section& sink, bool single) {
  BatchOptions batch;
  sink.section("batch", "How many messages go together.", [&](config::Section& s) {
    const config::Default<std::int64_t> messages =
        single ? config::Default<std::int64_t>(1) : config::Default<std::int64_t>(1000);
    batch.max_messages =
        static_cast<std::size_t>(s.integer("max_messages", messages, "Messages in a batch.", {1, 100000}));
    batch.max_bytes = s.size("max_bytes", batch.max_bytes,
                             "Bytes in a batch; a larger message goes to the dead letters.", {1024, 1 << 28});
    batch.timeout =
        s.duration("timeout", batch.timeout, "A batch that is not full goes after it.", std::chrono::milliseconds(1));
    if (single && batch.max_messages != 1) {
      s.error("max_messages",
              "this encoding sends one message at a time; batches need encoding: { type: ndjson } or json_array");
    }
  });
  return batch;
}

RequestOptions RequestOptions::read(config::Section& sink) {
  RequestOptions request;
  sink.section("request", "How a batch is delivered, and again.", [&](config::Section& s) {
    constexpr Duration shortest = std::chrono::milliseconds(1);
    request.timeout = s.duration("timeout", request.timeout, "No answer by then counts as a failure.", shortest);
    request.concurrency = static_cast<std::size_t>(s.integer(
        "concurrency", 1, "Requests at once; a device is always in the same lane, so its order is kept.", {1, 64}));
    request.retry_initial = s.duration("retry_initial", request.retry_initial,
                                       "The first wait before trying again; each next is twice as long.", shortest);
    request.retry_max = s.duration("retry_max", request.retry_max, "The longest wait before trying again.", shortest);
    if (request.retry_max < request.retry_initial) s.error("retry_max", "is shorter than retry_initial");
  });
  return request;
}

}  // namespace fieldgate::sink
