// A dataset folder as HTTP answers: what fragd serves. docs/architecture.md lists the paths.
#pragma once

#include <cstddef>
#include <string>

#include "libfrag/dataset/folder.h"
#include "libfrag/dataset/renderer.h"
#include "libfrag/http/ranges.h"
#include "libfrag/http/router.h"
#include "libfrag/sampling/sampler.h"

namespace frag {

// Immutable after construction but for its cache; any number of threads may handle requests. It serves the
// metadata it read at its start, so a `frag split` beside it changes nothing before a restart.
class Mirror {
 public:
  // `folder` outlives the mirror. `cache_bytes` bounds the decoded sources kept in memory.
  Mirror(const DatasetFolder& folder, std::size_t cache_bytes);

  // Never throws.
  http::Response handle(http::Request& request) const { return router_.handle(request); }

 private:
  http::Response dataset() const;
  http::Response sample(const http::Request& request) const;
  http::Response fragment(const http::Request& request) const;
  http::Response file(const http::Request& request) const;
  // Refuses a request for another dataset than this one.
  void check_dataset(const http::Request& request) const;
  Json describe() const;

  const DatasetFolder& folder_;
  const Catalog& catalog_;
  const Sampler sampler_;
  mutable FragmentRenderer renderer_;  // locks by itself
  http::Router router_;
};

}  // namespace frag
