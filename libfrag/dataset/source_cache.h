// Decoded sources, of one dataset or of several, in one bounded memory.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <future>
#include <list>
#include <memory>
#include <mutex>
#include <optional>
#include <unordered_map>

#include "libfrag/dataset/source_store.h"
#include "libfrag/image/image.h"

namespace frag {

// A source's pixels: whole, or the way to read them by region.
struct DecodedSource {
  std::optional<Image> whole;
  std::optional<SourcePixels> by_region;

  std::size_t memory() const { return whole ? whole->memory() : 0; }
};

// Whole, unless the store reads it by region. Errors as SourceStore::open_source() and decode_source().
std::shared_ptr<const DecodedSource> read_source(const SourceStore& store, std::uint32_t source);

// Any number of threads may ask at once; a source that several ask for is decoded once.
class SourceCache {
 public:
  using Load = std::function<std::shared_ptr<const DecodedSource>()>;

  static constexpr std::size_t kDefaultBytes = std::size_t{2} << 30;

  // Holds at most `bytes` of pixels, and always the newest source.
  explicit SourceCache(std::size_t bytes) : bytes_(bytes) {}

  // A key for each source of each dataset, by the dataset's number among those that share the cache.
  static std::uint64_t key(std::uint32_t dataset, std::uint32_t source) {
    return std::uint64_t{dataset} << 32 | source;
  }

  // The pixels of `key`, by `load` where they are not there. What `load` throws comes out for all who waited,
  // and the next one to ask tries again.
  std::shared_ptr<const DecodedSource> get(std::uint64_t key, const Load& load);

  struct Stats {
    std::size_t limit = 0, bytes = 0, sources = 0;
    std::uint64_t hits = 0, misses = 0;
  };
  Stats stats() const;
  std::size_t limit() const { return bytes_; }

 private:
  struct Entry {
    std::shared_future<std::shared_ptr<const DecodedSource>> decoded;
    std::list<std::uint64_t>::iterator use;
    std::size_t bytes = 0;
    bool ready = false;
  };

  std::shared_ptr<const DecodedSource> fill(std::uint64_t key, const Load& load,
                                            std::promise<std::shared_ptr<const DecodedSource>>& promise);
  void evict();

  const std::size_t bytes_;

  mutable std::mutex mutex_;  // guards all below
  std::unordered_map<std::uint64_t, Entry> entries_;
  std::list<std::uint64_t> uses_;  // most recent first
  std::size_t held_bytes_ = 0;
  std::uint64_t hits_ = 0, misses_ = 0;
};

}  // namespace frag
