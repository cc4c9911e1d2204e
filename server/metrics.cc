#include "server/metrics.h"

namespace frag {
namespace {

void add_connections(http::MetricsText& out, const http::Connections::Stats& connections, int limit) {
  out.add("fragd_connections", "Connections that are open.", connections.open);
  out.add("fragd_connections_limit", "Connections that are served at once.", limit);
  out.add("fragd_connections_total", "Connections that were opened.", connections.accepted);
  out.add("fragd_connections_refused_total", "Refused beyond the limits, with status 503.",
          connections.refused);
  out.add("fragd_connections_dropped_total", "Silent or idle ones that gave way to others.",
          connections.dropped);
}

void add_renders(http::MetricsText& out, const RenderGate::Stats& renders) {
  out.add("fragd_fragments_rendered_total", "Fragments rendered.", renders.fragments);
  out.add("fragd_render_seconds_total", "Time that render slots were held.", renders.seconds);
  out.add("fragd_renders_busy", "Render slots in use.", renders.busy);
  out.add("fragd_renders_limit", "Render slots.", renders.slots);
  out.add("fragd_queue_waiting", "Requests that wait for a slot.", renders.waiting);
  out.add("fragd_queue_limit", "Waiting requests from which on others are refused.", renders.queue);
  out.add("fragd_queue_refused_total", "Refused for a full queue, with status 503.", renders.refused);
}

void add_cache(http::MetricsText& out, const SourceCache::Stats& cache) {
  out.add("fragd_cache_bytes", "Decoded pixels in memory.", cache.bytes);
  out.add("fragd_cache_limit_bytes", "Decoded pixels kept at most.", cache.limit);
  out.add("fragd_cache_sources", "Decoded sources in memory.", cache.sources);
  out.add("fragd_cache_hits_total", "Sources that were in memory.", cache.hits);
  out.add("fragd_cache_misses_total", "Sources that had to be decoded.", cache.misses);
}

void add_datasets(http::MetricsText& out, const Mirror& mirror, const Warmer& warmer) {
  std::size_t disagreeing = 0;
  for (const auto& dataset : mirror.datasets()) disagreeing += dataset->disagreeing().size();
  out.add("fragd_datasets", "Datasets served.", mirror.datasets().size());
  out.add("fragd_sources_warmed", "Sources checked since the start.", warmer.warmed());
  out.add("fragd_sources_to_warm", "Sources to check after the start.", warmer.of());
  out.add("fragd_sources_disagreeing", "Sources that decode to other pixels here.", disagreeing);
}

}  // namespace

Json load_json(const Mirror& mirror, const http::Connections::Stats& connections, int limit) {
  const RenderGate::Stats renders = mirror.gate().stats();
  const SourceCache::Stats cache = mirror.cache().stats();
  return {
      {"connections", connections.open}, {"connections_limit", limit}, {"renders", renders.busy},
      {"renders_limit", renders.slots},  {"waiting", renders.waiting}, {"queue_limit", renders.queue},
      {"fragments", renders.fragments},  {"cache_bytes", cache.bytes}, {"cache_limit_bytes", cache.limit}};
}

std::string metrics_text(const Mirror& mirror, const Warmer& warmer, const http::RequestCounts& requests,
                         const http::Connections::Stats& connections, int limit) {
  http::MetricsText out;
  out.add("fragd_build_info", "The version that runs.", {{{{"version", FRAG_VERSION}}, 1}});
  requests.append_to(out);
  add_connections(out, connections, limit);
  add_renders(out, mirror.gate().stats());
  add_cache(out, mirror.cache().stats());
  add_datasets(out, mirror, warmer);
  return out.text();
}

}  // namespace frag
