#include "libfrag/dataset/renderer.h"

#include "libfrag/image/render.h"

namespace frag {

FragmentRenderer::FragmentRenderer(const DatasetFolder& folder, std::size_t cache_bytes)
    : folder_(folder), cache_bytes_(cache_bytes) {}

Image FragmentRenderer::render(FragmentId id) {
  const Catalog& catalog = folder_.catalog();
  const FragmentAddress address = catalog.locate(id);
  const auto source = pixels(address.source);
  return render_tile(*source, catalog.angles()[address.tile.angle],
                     catalog.tiling(address.source).frame(address.tile));
}

std::shared_ptr<const Image> FragmentRenderer::pixels(std::uint32_t source) {
  std::promise<std::shared_ptr<const Image>> promise;
  {
    std::unique_lock lock(mutex_);
    const auto found = entries_.find(source);
    if (found != entries_.end()) {
      uses_.splice(uses_.begin(), uses_, found->second.use);
      const Decoded decoded = found->second.decoded;
      lock.unlock();
      return decoded.get();  // waits for the thread that decodes it, and fails as that one fails
    }
    uses_.push_front(source);
    entries_[source] = {promise.get_future().share(), uses_.begin(), 0};
  }
  try {
    auto image = std::make_shared<const Image>(folder_.decode_source(source));
    promise.set_value(image);
    const std::lock_guard lock(mutex_);
    entries_.at(source).bytes = image->memory();
    held_bytes_ += image->memory();
    evict();
    return image;
  } catch (...) {
    promise.set_exception(std::current_exception());
    const std::lock_guard lock(mutex_);
    uses_.erase(entries_.at(source).use);
    entries_.erase(source);  // the next one to ask tries again
    throw;
  }
}

void FragmentRenderer::evict() {
  auto oldest = uses_.end();
  while (held_bytes_ > cache_bytes_ && oldest != uses_.begin()) {
    --oldest;
    const auto entry = entries_.find(*oldest);
    if (entry->second.bytes == 0 || oldest == uses_.begin()) continue;
    held_bytes_ -= entry->second.bytes;
    entries_.erase(entry);
    oldest = uses_.erase(oldest);
  }
}

}  // namespace frag
