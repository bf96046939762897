// Dedupe: remembers prints of what was let through, for a time and up to a number.
#include "router/dedupe.hpp"

#include <functional>

namespace fieldgate::router {

namespace {

/// FNV-1a, as a second hash that has nothing to do with the library's.
std::uint64_t fnv(std::string_view text) {
  std::uint64_t hash = 14695981039346656037U;
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211U;
  return hash;
}

}  // namespace

Dedupe::Config Dedupe::Config::read(config::Section& section) {
  Config config;
  config.fields = section.texts("fields", std::vector<std::string>(),
                                "Paths in data that make two messages the same; left out: all of data.");
  for (std::size_t i = 0; i < config.fields.size(); ++i) {
    if (const auto path = expression::Reference::parse("data." + config.fields[i]); !path)
      section.error(section.mark("fields", i), "fields", path.error().text);
  }
  config.within = section.duration("within", Duration(std::chrono::hours(1)),
                                   "How long what was let through is remembered.", std::chrono::milliseconds(1));
  config.max_messages = static_cast<std::size_t>(section.integer(
      "max_messages", 100'000, "Messages that are remembered; of more, the oldest are forgotten.", {1, 10'000'000}));
  return config;
}

Dedupe::Dedupe(const Config& config, const TransformContext& context)
    : within_(config.within),
      max_messages_(config.max_messages),
      duplicate_(context.dropped.of("duplicate")),
      forgotten_(context.forgotten) {
  for (const std::string& name : config.fields) {
    auto reference = expression::Reference::parse("data." + name);
    if (!reference) continue;  // was an error of the file
    reference->bind(context.environment, context.paths);
    fields_.push_back(std::move(*reference));
  }
}

/// The length in front of each text keeps "ab","c" and "a","bc" apart.
Dedupe::Print Dedupe::print_of(const Message& message) {
  scratch_.clear();
  const auto append = [this](Value::Kind kind, std::string_view text) {
    scratch_ += static_cast<char>('a' + static_cast<int>(kind));
    scratch_ += std::to_string(text.size());
    scratch_ += ':';
    scratch_ += text;
  };
  append(Value::Kind::string, message.device);
  if (fields_.empty()) append(Value::Kind::object, message.document.json);
  for (const expression::Reference& field : fields_) {
    const Value value = field.value(message);
    append(value.kind, value.text);
  }
  return {std::hash<std::string_view>()(scratch_), fnv(scratch_)};
}

void Dedupe::forget_before(std::chrono::steady_clock::time_point now) {
  while (!passed_.empty()) {
    const bool is_old = now - passed_.front().at >= within_;
    if (!is_old && passed_.size() <= max_messages_) return;
    if (!is_old) ++forgotten_;
    known_.erase(passed_.front().print);
    passed_.pop_front();
  }
}

void Dedupe::accept(const Message& message) {
  forget_before(message.received.steady);
  const Print print = print_of(message);
  if (!known_.insert(print).second) {
    ++duplicate_;
    return;
  }
  passed_.push_back({print, message.received.steady});
  pass(message);
}

}  // namespace fieldgate::router
