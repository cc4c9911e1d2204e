#include "libfrag/dataset/source_cache.h"

namespace frag {

std::shared_ptr<const DecodedSource> read_source(const SourceStore& store, std::uint32_t source) {
  SourcePixels pixels = store.open_source(source);
  auto read = std::make_shared<DecodedSource>();
  if (pixels.by_region()) {
    read->by_region.emplace(std::move(pixels));
  } else {
    read->whole.emplace(store.decode_source(source, pixels));
  }
  return read;
}

std::shared_ptr<const DecodedSource> SourceCache::get(std::uint64_t key, const Load& load) {
  std::promise<std::shared_ptr<const DecodedSource>> promise;
  {
    std::unique_lock lock(mutex_);
    const auto found = entries_.find(key);
    if (found != entries_.end()) {
      ++hits_;
      uses_.splice(uses_.begin(), uses_, found->second.use);
      const auto decoded = found->second.decoded;
      lock.unlock();
      return decoded.get();  // waits for the thread that decodes it, and fails as that one fails
    }
    ++misses_;
    uses_.push_front(key);
    entries_[key] = {promise.get_future().share(), uses_.begin(), 0, false};
  }
  return fill(key, load, promise);
}

std::shared_ptr<const DecodedSource> SourceCache::fill(
    std::uint64_t key, const Load& load, std::promise<std::shared_ptr<const DecodedSource>>& promise) {
  try {
    const auto pixels = load();
    promise.set_value(pixels);
    const std::lock_guard lock(mutex_);
    Entry& entry = entries_.at(key);
    entry.bytes = pixels->memory();
    entry.ready = true;
    held_bytes_ += entry.bytes;
    evict();
    return pixels;
  } catch (...) {
    {
      const std::lock_guard lock(mutex_);
      uses_.erase(entries_.at(key).use);
      entries_.erase(key);
    }
    promise.set_exception(std::current_exception());  // who hears of it and asks again finds no trace of it
    throw;
  }
}

void SourceCache::evict() {
  auto oldest = uses_.end();
  while (held_bytes_ > bytes_ && oldest != uses_.begin()) {
    --oldest;
    const auto entry = entries_.find(*oldest);
    if (!entry->second.ready || oldest == uses_.begin()) continue;
    held_bytes_ -= entry->second.bytes;
    entries_.erase(entry);
    oldest = uses_.erase(oldest);
  }
}

SourceCache::Stats SourceCache::stats() const {
  const std::lock_guard lock(mutex_);
  return {bytes_, held_bytes_, entries_.size(), hits_, misses_};
}

}  // namespace frag
