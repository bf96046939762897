// Metrics: the families, and their text.
#include "telemetry/metrics.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <iterator>

#include <fmt/format.h>

namespace fieldgate::telemetry {

namespace {

/// Prometheus text exposition format 0.0.4: \ and line ends escaped everywhere, quotes in label values.
std::string escape(std::string_view text, bool quotes) {
  std::string out;
  for (const char c : text) {
    if (c == '\\') {
      out += "\\\\";
    } else if (c == '\n') {
      out += "\\n";
    } else if (c == '"' && quotes) {
      out += "\\\"";
    } else {
      out += c;
    }
  }
  return out;
}

std::string render(const Labels& labels) {
  std::string out;
  for (const auto& [name, value] : labels) {
    if (!out.empty()) out += ',';
    out.append(name).append("=\"").append(escape(value, true)).append("\"");
  }
  return out;
}

std::string number(double value) {
  if (std::isnan(value)) return "NaN";
  if (std::isinf(value)) return value > 0 ? "+Inf" : "-Inf";
  return fmt::format("{}", value);
}

template <class Value>
void append_sample(std::string& out, std::string_view name, std::string_view suffix, std::string_view labels,
                   const Value& value) {
  out.append(name).append(suffix);
  if (!labels.empty()) out.append("{").append(labels).append("}");
  fmt::format_to(std::back_inserter(out), " {}\n", value);
}

void append_histogram(std::string& out, std::string_view name, const std::string& labels, const Histogram& histogram) {
  const std::string prefix = labels.empty() ? "" : labels + ",";
  std::uint64_t below = 0;
  for (std::size_t bucket = 0; bucket < Histogram::buckets; ++bucket) {
    below += histogram.counts()[bucket];
    const std::string bound = number(Histogram::upper_bound_seconds(bucket));
    append_sample(out, name, "_bucket", fmt::format("{}le=\"{}\"", prefix, bound), below);
  }
  below += histogram.counts()[Histogram::buckets];
  append_sample(out, name, "_bucket", prefix + "le=\"+Inf\"", below);
  append_sample(out, name, "_sum", labels, number(histogram.sum_seconds()));
  append_sample(out, name, "_count", labels, below);
}

}  // namespace

double Histogram::upper_bound_seconds(std::size_t bucket) {
  return static_cast<double>(std::uint64_t{16} << bucket) * 1e-6;
}

Metrics::Family& Metrics::family(std::string_view name, std::string_view help, Type type) {
  const auto known = std::find_if(families_.begin(), families_.end(), [&](const Family& f) { return f.name == name; });
  if (known == families_.end()) return families_.emplace_back(Family{std::string(name), std::string(help), type, {}});
  assert(known->type == type);
  return *known;
}

void Metrics::declare(std::string_view name, std::string_view help) { family(name, help, Type::counter); }

Metrics::Series& Metrics::series(std::string_view name, const Labels& labels, std::string_view help, Type type) {
  Family& one = family(name, help, type);
  const std::string rendered = render(labels);
  for (Series& known : one.series) {
    if (known.labels == rendered) return known;
  }
  Series fresh;
  fresh.labels = rendered;
  one.series.push_back(std::move(fresh));
  return one.series.back();
}

Counter& Metrics::counter(std::string_view name, const Labels& labels, std::string_view help) {
  Series& one = series(name, labels, help, Type::counter);
  if (one.counter == nullptr) one.counter = &counters_.emplace_back(0);
  return *one.counter;
}

void Metrics::gauge(std::string_view name, const Labels& labels, std::string_view help, std::function<double()> read) {
  series(name, labels, help, Type::gauge).gauge = std::move(read);
}

Histogram& Metrics::histogram(std::string_view name, const Labels& labels, std::string_view help) {
  Series& one = series(name, labels, help, Type::histogram);
  if (one.histogram == nullptr) one.histogram = &histograms_.emplace_back();
  return *one.histogram;
}

std::string Metrics::prometheus() const {
  constexpr std::string_view type_names[] = {"counter", "gauge", "histogram"};
  std::string out;
  for (const Family& family : families_) {
    const std::string_view type = type_names[static_cast<std::size_t>(family.type)];
    out += fmt::format("# HELP {} {}\n# TYPE {} {}\n", family.name, escape(family.help, false), family.name, type);
    for (const Series& one : family.series) {
      if (one.counter != nullptr) {
        append_sample(out, family.name, "", one.labels, *one.counter);
      } else if (one.histogram != nullptr) {
        append_histogram(out, family.name, one.labels, *one.histogram);
      } else {
        append_sample(out, family.name, "", one.labels, number(one.gauge()));
      }
    }
  }
  return out;
}

Counter& Reasons::of(std::string_view reason) {
  for (const auto& [known, counter] : reasons_) {
    if (known == reason) return *counter;
  }
  Labels labels = labels_;
  labels.emplace_back("reason", reason);
  Counter& fresh = metrics_.counter(name_, labels, help_);
  reasons_.emplace_back(reason, &fresh);
  return fresh;
}

std::uint64_t Reasons::total() const {
  std::uint64_t sum = 0;
  for (const auto& reason : reasons_) sum += *reason.second;
  return sum;
}

std::uint64_t Reasons::count_of(std::string_view reason) const {
  for (const auto& [name, counter] : reasons_) {
    if (name == reason) return *counter;
  }
  return 0;
}

}  // namespace fieldgate::telemetry
