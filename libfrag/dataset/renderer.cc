#include "libfrag/dataset/renderer.h"

#include "libfrag/image/render.h"

namespace frag {

TileView view_of(const Catalog& catalog, FragmentId id) {
  const FragmentAddress at = catalog.locate(id);
  return {catalog.angles()[at.tile.angle], catalog.tiling(at.source).frame(at.tile)};
}

FragmentRenderer::FragmentRenderer(const SourceStore& store, std::size_t cache_bytes)
    : store_(store), cache_(cache_bytes) {}

Image FragmentRenderer::render(FragmentId id) {
  return render(*pixels(store_.catalog().source_of(id)), view_of(store_.catalog(), id));
}

Image FragmentRenderer::render(const DecodedSource& pixels, const TileView& view) {
  if (pixels.whole) return render_tile(*pixels.whole, view.angle, view.frame);
  const SourcePixels& source = *pixels.by_region;
  const Box box = window_of_tile(source.width(), source.height(), view.angle, view.frame);
  const Image part = source.region(box);
  return render_tile(SourceWindow(part, box.x, box.y, source.width(), source.height()), view.angle,
                     view.frame);
}

std::shared_ptr<const DecodedSource> FragmentRenderer::pixels(std::uint32_t source) {
  return cache_.get(source, [this, source] { return read_source(store_, source); });
}

}  // namespace frag
