#include "libfrag/dataset/renderer.h"

#include "libfrag/image/render.h"

namespace frag {

FragmentRenderer::FragmentRenderer(const SourceStore& store, std::size_t cache_bytes)
    : store_(store), cache_(cache_bytes) {}

Image FragmentRenderer::render(FragmentId id) {
  const Catalog& catalog = store_.catalog();
  const FragmentAddress address = catalog.locate(id);
  const auto source = pixels(address.source);
  return render(*source, catalog.angles()[address.tile.angle],
                catalog.tiling(address.source).frame(address.tile));
}

Image FragmentRenderer::render(const DecodedSource& pixels, const Angle& angle, const TileFrame& frame) {
  if (pixels.whole) return render_tile(*pixels.whole, angle, frame);
  const SourcePixels& source = *pixels.by_region;
  const Box box = window_of_tile(source.width(), source.height(), angle, frame);
  const Image part = source.region(box);
  return render_tile(SourceWindow(part, box.x, box.y, source.width(), source.height()), angle, frame);
}

std::shared_ptr<const DecodedSource> FragmentRenderer::pixels(std::uint32_t source) {
  return cache_.get(source, [this, source] { return read_source(store_, source); });
}

}  // namespace frag
