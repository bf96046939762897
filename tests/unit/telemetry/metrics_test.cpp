// Proves the Prometheus text and the arithmetic behind it.
#include "telemetry/metrics.hpp"

#include <limits>

#include "support/catch.hpp"

using namespace fieldgate::telemetry;
using namespace std::chrono_literals;

TEST_CASE("the same name and labels are the same counter") {
  Metrics metrics;
  Counter& a = metrics.counter("x_total", {{"sink", "a"}}, "X.");
  Counter& b = metrics.counter("x_total", {{"sink", "b"}}, "X.");
  a += 2;
  CHECK(&metrics.counter("x_total", {{"sink", "a"}}, "X.") == &a);
  CHECK(&a != &b);
  CHECK(b == 0);
}

TEST_CASE("a family has its help and type once, with all its series behind them") {
  Metrics metrics;
  metrics.counter("x_total", {{"sink", "a"}}, "Counts x.") = 1;
  metrics.gauge("y", {}, "Is y.", [] { return 0.5; });
  metrics.counter("x_total", {{"sink", "b"}, {"reason", "full"}}, "Ignored.") = 18446744073709551615U;
  CHECK(metrics.prometheus() ==
        "# HELP x_total Counts x.\n# TYPE x_total counter\n"
        "x_total{sink=\"a\"} 1\nx_total{sink=\"b\",reason=\"full\"} 18446744073709551615\n"
        "# HELP y Is y.\n# TYPE y gauge\ny 0.5\n");
}

TEST_CASE("label values and help are escaped") {
  Metrics metrics;
  metrics.counter("x_total", {{"sink", "a\"b\\c\nd"}}, "One\\two\n\"three\".") = 1;
  CHECK(metrics.prometheus() ==
        "# HELP x_total One\\\\two\\n\"three\".\n# TYPE x_total counter\n"
        "x_total{sink=\"a\\\"b\\\\c\\nd\"} 1\n");
}

TEST_CASE("a gauge is read when it is asked for, and a later one takes its place") {
  Metrics metrics;
  double value = std::numeric_limits<double>::infinity();
  metrics.gauge("y", {}, "Y.", [&value] { return value; });
  CHECK(metrics.prometheus().find("\ny +Inf\n") != std::string::npos);
  value = 12345678;
  CHECK(metrics.prometheus().find("\ny 12345678\n") != std::string::npos);
  metrics.gauge("y", {}, "Y.", [] { return -1.0; });
  CHECK(metrics.prometheus().find("\ny -1\n") != std::string::npos);
}

TEST_CASE("a duration is counted in the bucket whose bound it does not exceed") {
  const auto bucket_of = [](std::chrono::steady_clock::duration duration) {
    Histogram histogram;
    histogram.observe(duration);
    for (std::size_t bucket = 0; bucket <= Histogram::buckets; ++bucket) {
      if (histogram.counts()[bucket] == 1) return bucket;
    }
    return std::size_t{99};
  };
  CHECK(bucket_of(-1s) == 0);
  CHECK(bucket_of(0s) == 0);
  CHECK(bucket_of(16us) == 0);
  CHECK(bucket_of(16us + 1ns) == 1);
  CHECK(bucket_of(32us) == 1);
  CHECK(bucket_of(33us) == 2);
  CHECK(bucket_of(67108864us) == Histogram::buckets - 1);
  CHECK(bucket_of(67108865us) == Histogram::buckets);
  CHECK(bucket_of(24h) == Histogram::buckets);
  CHECK(Histogram::upper_bound_seconds(0) == Approx(16e-6));
  CHECK(Histogram::upper_bound_seconds(Histogram::buckets - 1) == Approx(67.108864));
}

TEST_CASE("the buckets of a histogram add up, and end with all") {
  Metrics metrics;
  Histogram& histogram = metrics.histogram("d_seconds", {{"sink", "a"}}, "D.");
  histogram.observe(10us, 3);
  histogram.observe(20us);
  histogram.observe(100s);
  const std::string text = metrics.prometheus();
  CHECK(text.find("# TYPE d_seconds histogram\n") != std::string::npos);
  CHECK(text.find("d_seconds_bucket{sink=\"a\",le=\"1.6e-05\"} 3\n") != std::string::npos);
  CHECK(text.find("d_seconds_bucket{sink=\"a\",le=\"3.2e-05\"} 4\n") != std::string::npos);
  CHECK(text.find("d_seconds_bucket{sink=\"a\",le=\"67.108864\"} 4\n") != std::string::npos);
  CHECK(text.find("d_seconds_bucket{sink=\"a\",le=\"+Inf\"} 5\n") != std::string::npos);
  CHECK(text.find("d_seconds_sum{sink=\"a\"} 100.00005\n") != std::string::npos);
  CHECK(text.find("d_seconds_count{sink=\"a\"} 5\n") != std::string::npos);
}

TEST_CASE("reasons are counters of one family") {
  Metrics metrics;
  Reasons reasons(metrics, "e_total", {{"adapter", "a"}}, "E.");
  reasons.count("late");
  reasons.count("full", 2);
  reasons.of("late") += 4;
  CHECK(reasons.total() == 7);
  CHECK(&reasons.of("full") == &metrics.counter("e_total", {{"adapter", "a"}, {"reason", "full"}}, "E."));
  CHECK(metrics.prometheus().find("e_total{adapter=\"a\",reason=\"late\"} 5\n") != std::string::npos);
}
