#include "server/metrics.h"

#include <array>
#include <cstdio>
#include <initializer_list>

namespace frag {
namespace {

std::string number(double value) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%.15g", value);
  return text.data();
}

// A counter's name ends in _total, as Prometheus wants it; all others are gauges.
void append_head(std::string& out, const std::string& name, const char* help) {
  const char* type = name.ends_with("_total") ? "counter" : "gauge";
  out += "# HELP " + name + " " + help + "\n# TYPE " + name + " " + type + "\n";
}

// A family of one value.
struct Metric {
  template <typename Value>
  Metric(const char* its_name, const char* its_help, Value its_value)
      : name(its_name), help(its_help), value(static_cast<double>(its_value)) {}

  std::string name;
  const char* help;
  double value;
};

void append(std::string& out, std::initializer_list<Metric> metrics) {
  for (const Metric& metric : metrics) {
    append_head(out, metric.name, metric.help);
    out += metric.name + " " + number(metric.value) + "\n";
  }
}

}  // namespace

void RequestCounts::add(const http::Exchange& exchange) {
  const std::string& route = exchange.request.route;
  const std::lock_guard lock(mutex_);
  Count& count = counts_[{route.empty() ? "(none)" : route, exchange.status}];
  ++count.requests;
  count.bytes += exchange.bytes;
  count.seconds += exchange.seconds;
}

void RequestCounts::append_to(std::string& out) const {
  const std::lock_guard lock(mutex_);
  const auto family = [&](const char* name, const char* help, auto value) {
    append_head(out, name, help);
    for (const auto& [key, count] : counts_)
      out += std::string(name) + "{route=\"" + key.first + "\",status=\"" + std::to_string(key.second) +
             "\"} " + number(static_cast<double>(value(count))) + "\n";
  };
  family("fragd_requests_total", "Requests answered.", [](const Count& count) { return count.requests; });
  family("fragd_response_bytes_total", "Bytes of bodies sent.",
         [](const Count& count) { return count.bytes; });
  family("fragd_request_seconds_total", "Time from requests' heads to the ends of their answers.",
         [](const Count& count) { return count.seconds; });
}

Json load_json(const Mirror& mirror, const http::Connections::Stats& connections, int limit) {
  const RenderGate::Stats renders = mirror.gate().stats();
  const SourceCache::Stats cache = mirror.cache().stats();
  return {
      {"connections", connections.open}, {"connections_limit", limit}, {"renders", renders.busy},
      {"renders_limit", renders.slots},  {"waiting", renders.waiting}, {"queue_limit", renders.queue},
      {"fragments", renders.fragments},  {"cache_bytes", cache.bytes}, {"cache_limit_bytes", cache.limit}};
}

std::string metrics_text(const Mirror& mirror, const Warmer& warmer, const RequestCounts& requests,
                         const http::Connections::Stats& connections, int limit) {
  std::string out =
      "# HELP fragd_build_info The version that runs.\n# TYPE fragd_build_info gauge\n"
      "fragd_build_info{version=\"" FRAG_VERSION "\"} 1\n";
  requests.append_to(out);
  append(out, {{"fragd_connections", "Connections that are open.", connections.open},
               {"fragd_connections_limit", "Connections that are served at once.", limit},
               {"fragd_connections_total", "Connections that were opened.", connections.accepted},
               {"fragd_connections_refused_total", "Refused beyond the limits, with status 503.",
                connections.refused},
               {"fragd_connections_dropped_total", "Silent or idle ones that gave way to others.",
                connections.dropped}});
  const RenderGate::Stats renders = mirror.gate().stats();
  append(out, {{"fragd_fragments_rendered_total", "Fragments rendered.", renders.fragments},
               {"fragd_render_seconds_total", "Time that render slots were held.", renders.seconds},
               {"fragd_renders_busy", "Render slots in use.", renders.busy},
               {"fragd_renders_limit", "Render slots.", renders.slots},
               {"fragd_queue_waiting", "Requests that wait for a slot.", renders.waiting},
               {"fragd_queue_limit", "Waiting requests from which on others are refused.", renders.queue},
               {"fragd_queue_refused_total", "Refused for a full queue, with status 503.", renders.refused}});
  const SourceCache::Stats cache = mirror.cache().stats();
  append(out, {{"fragd_cache_bytes", "Decoded pixels in memory.", cache.bytes},
               {"fragd_cache_limit_bytes", "Decoded pixels kept at most.", cache.limit},
               {"fragd_cache_sources", "Decoded sources in memory.", cache.sources},
               {"fragd_cache_hits_total", "Sources that were in memory.", cache.hits},
               {"fragd_cache_misses_total", "Sources that had to be decoded.", cache.misses}});
  std::size_t disagreeing = 0;
  for (const auto& dataset : mirror.datasets()) disagreeing += dataset->disagreeing().size();
  append(out, {{"fragd_datasets", "Datasets served.", mirror.datasets().size()},
               {"fragd_sources_warmed", "Sources checked since the start.", warmer.warmed()},
               {"fragd_sources_to_warm", "Sources to check after the start.", warmer.of()},
               {"fragd_sources_disagreeing", "Sources that decode to other pixels here.", disagreeing}});
  return out;
}

}  // namespace frag
