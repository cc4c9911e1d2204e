// The fragments of drawn samples, rendered ahead from a store of sources that is read again and again.
//
// One thread at a time.
#pragma once

#include <cstdint>
#include <functional>

#include "libfrag/dataset/renderer.h"
#include "libfrag/fetching/access.h"
#include "libfrag/sampling/sampler.h"

namespace frag {

class StoreReader {
 public:
  // `store` outlives it. At most `cache_bytes` of decoded sources are kept from one sample to the next.
  explicit StoreReader(const SourceStore& store, std::size_t cache_bytes = SourceCache::kDefaultBytes);

  // As Access::read, of a sample that was drawn already.
  void read(const SampleList& list, const ReadRequest& request, const std::function<void(Fragment)>& visit);

 private:
  FragmentRenderer renderer_;
};

}  // namespace frag
