// Counts as Prometheus reads them: text format 0.0.4.
#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "libfrag/http/server.h"

namespace frag::http {

inline constexpr const char* kMetricsType = "text/plain; version=0.0.4; charset=utf-8";

// The text, family by family. A counter's name ends in _total, as Prometheus wants it; all others are
// gauges.
class MetricsText {
 public:
  using Labels = std::vector<std::pair<std::string, std::string>>;
  struct Sample {
    template <typename Value>
    Sample(Labels its_labels, Value its_value)
        : labels(std::move(its_labels)), value(static_cast<double>(its_value)) {}

    Labels labels;
    double value;
  };

  // A family of one value without labels.
  template <typename Value>
  void add(const std::string& name, const std::string& help, Value value) {
    add(name, help, std::vector<Sample>{{Labels{}, value}});
  }
  // Nothing where there are no samples.
  void add(const std::string& name, const std::string& help, const std::vector<Sample>& samples);

  const std::string& text() const { return text_; }

 private:
  std::string text_;
};

// Requests that were answered, by route and status. Any number of threads may count.
class RequestCounts {
 public:
  // `prefix` begins the names: "fragd" gives fragd_requests_total.
  explicit RequestCounts(std::string prefix) : prefix_(std::move(prefix)) {}

  void add(const Exchange& exchange);
  void append_to(MetricsText& out) const;

 private:
  struct Count {
    std::uint64_t requests = 0, bytes = 0;
    double seconds = 0;
  };
  const std::string prefix_;
  mutable std::mutex mutex_;
  std::map<std::pair<std::string, int>, Count> counts_;  // by route and status, guarded by mutex_
};

}  // namespace frag::http
