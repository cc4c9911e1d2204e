// Fragments by id, from a bounded cache of decoded sources.
#pragma once

#include <cstdint>
#include <future>
#include <list>
#include <memory>
#include <mutex>
#include <optional>
#include <unordered_map>

#include "libfrag/dataset/source_store.h"
#include "libfrag/image/image.h"

namespace frag {

// Any number of threads may render at once; a source that several ask for is decoded once.
class FragmentRenderer {
 public:
  static constexpr std::size_t kDefaultCacheBytes = std::size_t{2} << 30;

  // `store` outlives the renderer. The cache holds at most `cache_bytes` of pixels, and always the newest
  // source.
  explicit FragmentRenderer(const SourceStore& store, std::size_t cache_bytes = kDefaultCacheBytes);

  // Errors as SourceStore::decode_source and Catalog::locate.
  Image render(FragmentId id);

  // A source's pixels, shared with the cache: whole, or the way to read them by region.
  struct Pixels {
    std::optional<Image> whole;
    std::optional<SourcePixels> by_region;
    std::size_t memory() const { return whole ? whole->memory() : 0; }
  };
  std::shared_ptr<const Pixels> pixels(std::uint32_t source);
  // A tile of these pixels.
  static Image render(const Pixels& pixels, const Angle& angle, const TileFrame& frame);

 private:
  using Decoded = std::shared_future<std::shared_ptr<const Pixels>>;
  struct Entry {
    Decoded decoded;
    std::list<std::uint32_t>::iterator use;
    std::size_t bytes = 0;
    bool ready = false;
  };

  std::shared_ptr<const Pixels> read(std::uint32_t source) const;
  void evict();

  const SourceStore& store_;
  const std::size_t cache_bytes_;

  std::mutex mutex_;  // guards all below
  std::unordered_map<std::uint32_t, Entry> entries_;
  std::list<std::uint32_t> uses_;  // most recent first
  std::size_t held_bytes_ = 0;
};

}  // namespace frag
