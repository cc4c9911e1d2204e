#include "libfrag/dataset/renderer.h"

#include "libfrag/image/render.h"

namespace frag {

FragmentRenderer::FragmentRenderer(const SourceStore& store, std::size_t cache_bytes)
    : store_(store), cache_bytes_(cache_bytes) {}

Image FragmentRenderer::render(FragmentId id) {
  const Catalog& catalog = store_.catalog();
  const FragmentAddress address = catalog.locate(id);
  const auto source = pixels(address.source);
  return render(*source, catalog.angles()[address.tile.angle],
                catalog.tiling(address.source).frame(address.tile));
}

Image FragmentRenderer::render(const Pixels& pixels, const Angle& angle, const TileFrame& frame) {
  if (pixels.whole) return render_tile(*pixels.whole, angle, frame);
  const SourcePixels& source = *pixels.by_region;
  const Box box = window_of_tile(source.width(), source.height(), angle, frame);
  const Image part = source.region(box);
  return render_tile(SourceWindow(part, box.x, box.y, source.width(), source.height()), angle, frame);
}

std::shared_ptr<const FragmentRenderer::Pixels> FragmentRenderer::read(std::uint32_t source) const {
  SourcePixels pixels = store_.open_source(source);
  auto read = std::make_shared<Pixels>();
  if (pixels.by_region()) {
    read->by_region.emplace(std::move(pixels));
  } else {
    read->whole.emplace(store_.decode_source(source, pixels));
  }
  return read;
}

std::shared_ptr<const FragmentRenderer::Pixels> FragmentRenderer::pixels(std::uint32_t source) {
  std::promise<std::shared_ptr<const Pixels>> promise;
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
    entries_[source] = {promise.get_future().share(), uses_.begin(), 0, false};
  }
  try {
    const auto image = read(source);
    promise.set_value(image);
    const std::lock_guard lock(mutex_);
    entries_.at(source).bytes = image->memory();
    entries_.at(source).ready = true;
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
    if (!entry->second.ready || oldest == uses_.begin()) continue;
    held_bytes_ -= entry->second.bytes;
    entries_.erase(entry);
    oldest = uses_.erase(oldest);
  }
}

}  // namespace frag
