#include "libfrag/http/metrics.h"

#include <array>
#include <cstdio>

#include "libfrag/base/text.h"

namespace frag::http {
namespace {

std::string number(double value) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%.15g", value);
  return text.data();
}

std::string escaped(const std::string& value) {
  std::string out;
  for (const char letter : value) {
    if (letter == '\n') {
      out += "\\n";
    } else {
      if (letter == '\\' || letter == '"') out += '\\';
      out += letter;
    }
  }
  return out;
}

std::string braced(const MetricsText::Labels& labels) {
  if (labels.empty()) return "";
  std::vector<std::string> pairs;
  for (const auto& [name, value] : labels) pairs.push_back(name + "=\"" + escaped(value) + "\"");
  return "{" + join(pairs, ",") + "}";
}

}  // namespace

void MetricsText::add(const std::string& name, const std::string& help, const std::vector<Sample>& samples) {
  if (samples.empty()) return;
  const char* type = name.ends_with("_total") ? "counter" : "gauge";
  text_ += "# HELP " + name + " " + help + "\n# TYPE " + name + " " + type + "\n";
  for (const Sample& sample : samples)
    text_ += name + braced(sample.labels) + " " + number(sample.value) + "\n";
}

void RequestCounts::add(const Exchange& exchange) {
  const std::string& route = exchange.request.route;
  const std::lock_guard lock(mutex_);
  Count& count = counts_[{route.empty() ? "(none)" : route, exchange.status}];
  ++count.requests;
  count.bytes += exchange.bytes;
  count.seconds += exchange.seconds;
}

void RequestCounts::append_to(MetricsText& out) const {
  const std::lock_guard lock(mutex_);
  const auto family = [&](const char* name, const char* help, auto value) {
    std::vector<MetricsText::Sample> samples;
    for (const auto& [key, count] : counts_) {
      samples.push_back({{{"route", key.first}, {"status", std::to_string(key.second)}}, value(count)});
    }
    out.add(prefix_ + name, help, samples);
  };
  family("_requests_total", "Requests answered.", [](const Count& count) { return count.requests; });
  family("_response_bytes_total", "Bytes of bodies sent.", [](const Count& count) { return count.bytes; });
  family("_request_seconds_total", "Time from requests' heads to the ends of their answers.",
         [](const Count& count) { return count.seconds; });
}

}  // namespace frag::http
