// Fragments by id, from a bounded cache of decoded sources.
#pragma once

#include <cstdint>
#include <memory>

#include "libfrag/dataset/source_cache.h"
#include "libfrag/dataset/source_store.h"
#include "libfrag/image/image.h"

namespace frag {

// What of a source a fragment shows.
struct TileView {
  Angle angle;
  TileFrame frame;
};

// A fragment's own. Errors as Catalog::locate().
TileView view_of(const Catalog& catalog, FragmentId id);

// Any number of threads may render at once; a source that several ask for is decoded once.
class FragmentRenderer {
 public:
  // `store` outlives the renderer. The cache holds at most `cache_bytes` of pixels, and always the newest
  // source.
  explicit FragmentRenderer(const SourceStore& store, std::size_t cache_bytes = SourceCache::kDefaultBytes);

  // Errors as read_source() and Catalog::locate().
  Image render(FragmentId id);

  // A source's pixels, shared with the cache.
  std::shared_ptr<const DecodedSource> pixels(std::uint32_t source);
  static Image render(const DecodedSource& pixels, const TileView& view);

  const SourceStore& store() const { return store_; }
  std::size_t cache_bytes() const { return cache_.limit(); }

 private:
  const SourceStore& store_;
  SourceCache cache_;
};

}  // namespace frag
