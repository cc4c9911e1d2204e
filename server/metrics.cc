#include "server/metrics.h"

#include <array>
#include <cstdio>

namespace frag {
namespace {

std::string number(double value) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%.15g", value);
  return text.data();
}

// A family of one value.
void append(std::string& out, const std::string& name, const char* type, const char* help, double value) {
  out += "# HELP " + name + " " + help + "\n# TYPE " + name + " " + type + "\n" + name + " " + number(value) +
         "\n";
}

void append_head(std::string& out, const std::string& name, const char* help) {
  out += "# HELP " + name + " " + help + "\n# TYPE " + name + " counter\n";
}

void append_connections(std::string& out, const http::Connections::Stats& stats, int limit) {
  append(out, "fragd_connections", "gauge", "Connections that are open.", static_cast<double>(stats.open));
  append(out, "fragd_connections_limit", "gauge", "Connections that are served at once.", limit);
  append(out, "fragd_connections_total", "counter", "Connections that were opened.",
         static_cast<double>(stats.accepted));
  append(out, "fragd_connections_refused_total", "counter", "Refused beyond the limits, with status 503.",
         static_cast<double>(stats.refused));
  append(out, "fragd_connections_dropped_total", "counter", "Silent or idle ones that gave way to others.",
         static_cast<double>(stats.dropped));
}

void append_renders(std::string& out, const RenderGate::Stats& stats) {
  append(out, "fragd_fragments_rendered_total", "counter", "Fragments rendered.",
         static_cast<double>(stats.fragments));
  append(out, "fragd_render_seconds_total", "counter", "Time that render slots were held.", stats.seconds);
  append(out, "fragd_renders_busy", "gauge", "Render slots in use.", stats.busy);
  append(out, "fragd_renders_limit", "gauge", "Render slots.", stats.slots);
  append(out, "fragd_queue_waiting", "gauge", "Requests that wait for a slot.",
         static_cast<double>(stats.waiting));
  append(out, "fragd_queue_limit", "gauge", "Waiting requests from which on others are refused.",
         static_cast<double>(stats.queue));
  append(out, "fragd_queue_refused_total", "counter", "Refused for a full queue, with status 503.",
         static_cast<double>(stats.refused));
}

void append_cache(std::string& out, const SourceCache::Stats& stats) {
  append(out, "fragd_cache_bytes", "gauge", "Decoded pixels in memory.", static_cast<double>(stats.bytes));
  append(out, "fragd_cache_limit_bytes", "gauge", "Decoded pixels kept at most.",
         static_cast<double>(stats.limit));
  append(out, "fragd_cache_sources", "gauge", "Decoded sources in memory.",
         static_cast<double>(stats.sources));
  append(out, "fragd_cache_hits_total", "counter", "Sources that were in memory.",
         static_cast<double>(stats.hits));
  append(out, "fragd_cache_misses_total", "counter", "Sources that had to be decoded.",
         static_cast<double>(stats.misses));
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
  append_connections(out, connections, limit);
  append_renders(out, mirror.gate().stats());
  append_cache(out, mirror.cache().stats());
  std::size_t disagreeing = 0;
  for (const auto& dataset : mirror.datasets()) disagreeing += dataset->disagreeing().size();
  append(out, "fragd_datasets", "gauge", "Datasets served.", static_cast<double>(mirror.datasets().size()));
  append(out, "fragd_sources_warmed", "gauge", "Sources checked since the start.",
         static_cast<double>(warmer.warmed()));
  append(out, "fragd_sources_to_warm", "gauge", "Sources to check after the start.",
         static_cast<double>(warmer.of()));
  append(out, "fragd_sources_disagreeing", "gauge", "Sources that decode to other pixels here.",
         static_cast<double>(disagreeing));
  return out;
}

}  // namespace frag
