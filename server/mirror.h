// Dataset folders as HTTP answers: what fragd serves. docs/architecture.md lists the paths.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "libfrag/dataset/folder.h"
#include "libfrag/dataset/source_cache.h"
#include "libfrag/http/router.h"
#include "server/render_gate.h"
#include "server/served_dataset.h"
#include "server/sources.h"

namespace frag {

struct MirrorOptions {
  std::size_t cache_bytes = SourceCache::kDefaultBytes;  // of decoded sources, of all datasets
  int renders = 0;                                       // at a time; 0: as many as cores
  std::size_t queue = 64;  // requests that wait for a render before others are refused
};

// Immutable after construction but for its cache and its gate; any number of threads may handle requests.
class Mirror {
 public:
  // The folders outlive the mirror. Errc::usage where two are the same dataset or there is none.
  Mirror(const std::vector<const DatasetFolder*>& folders, const MirrorOptions& options);
  // One dataset.
  Mirror(const DatasetFolder& folder, std::size_t cache_bytes) : Mirror({&folder}, {cache_bytes}) {}

  // Never throws.
  http::Response handle(http::Request& request) const { return router_.handle(request); }

  const std::vector<std::unique_ptr<ServedDataset>>& datasets() const { return datasets_; }
  const SourceCache& cache() const { return cache_; }
  RenderGate& gate() const { return gate_; }

 private:
  using Answer = http::Response (*)(const ServedDataset&, RenderGate&, const http::Request&);
  void add(const std::string& pattern, Answer answer);
  void add_routes();
  // The dataset that a request names; HttpError 409 for one that is not served, 400 where several are and
  // none is named.
  const ServedDataset& dataset_of(const http::Request& request) const;
  std::string ids() const;

  mutable SourceCache cache_;  // these lock by themselves
  mutable RenderGate gate_;
  mutable PictureCache pictures_;
  std::vector<std::unique_ptr<ServedDataset>> datasets_;
  http::Router router_;
};

}  // namespace frag
