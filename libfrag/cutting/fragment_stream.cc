#include "libfrag/cutting/fragment_stream.h"

#include <oneapi/tbb/parallel_for.h>
#include <oneapi/tbb/parallel_pipeline.h>

#include <algorithm>
#include <atomic>
#include <numeric>
#include <vector>

#include "libfrag/base/stop.h"
#include "libfrag/dataset/renderer.h"
#include "libfrag/image/render.h"
#include "libfrag/image/turned_rows.h"

namespace frag {
namespace {

// A task renders fragments of one source: up to kTaskMost, and from kTaskLeast on it ends with an angle.
constexpr std::size_t kTaskLeast = 64;
constexpr std::size_t kTaskMost = 512;
constexpr std::uint64_t kSmallestBatch = 64;

struct Batch {
  std::vector<FragmentId> ids;             // ascending
  std::vector<std::size_t> place;          // of ids[i] among the fragments
  std::vector<EncodedFragment> fragments;  // in the order of their positions
  std::uint64_t end = 0;                   // position behind the last

  std::uint64_t bytes() const {
    std::uint64_t sum = 0;
    for (const EncodedFragment& one : fragments) sum += one.picture.size() + one.description.size() + 256;
    return sum;
  }
};

void fill(Batch& batch, const PackOrder& order, std::uint64_t from, std::uint64_t count) {
  batch.end = std::min(from + count, order.window_end(from));
  const auto size = static_cast<std::size_t>(batch.end - from);
  std::vector<FragmentId> wanted(size);
  for (std::size_t i = 0; i < size; ++i) wanted[i] = order.at(from + i);
  batch.place.resize(size);
  std::iota(batch.place.begin(), batch.place.end(), std::size_t{0});
  std::sort(batch.place.begin(), batch.place.end(),
            [&wanted](std::size_t a, std::size_t b) { return wanted[a] < wanted[b]; });
  batch.ids.resize(size);
  for (std::size_t i = 0; i < size; ++i) batch.ids[i] = wanted[batch.place[i]];
  batch.fragments.assign(size, {});
}

// Where the tasks of a batch begin, and its end.
std::vector<std::size_t> task_bounds(const Catalog& catalog, const std::vector<FragmentId>& ids) {
  std::vector<std::size_t> bounds{0};
  FragmentAddress last;
  for (std::size_t i = 0; i < ids.size(); ++i) {
    const FragmentAddress here = catalog.locate(ids[i]);
    const std::size_t length = i - bounds.back();
    const bool ends = length > 0 && (here.source != last.source || length == kTaskMost ||
                                     (length >= kTaskLeast && here.tile.angle != last.tile.angle));
    if (ends) bounds.push_back(i);
    last = here;
  }
  if (!ids.empty()) bounds.push_back(ids.size());
  return bounds;
}

class Streamer {
 public:
  Streamer(const SourceStore& store, const PackOrder& order, std::uint64_t from, std::uint64_t memory_bytes,
           const FragmentStream& stream)
      : store_(store),
        order_(order),
        stream_(stream),
        next_(from),
        memory_(divide(order, memory_bytes)),
        renderer_(store, memory_.cache) {}

  void run() {
    namespace tbb = oneapi::tbb;
    using tbb::filter_mode;
    std::vector<Batch> ring(memory_.batches);
    std::size_t turn = 0;
    const auto render = [&](tbb::flow_control& flow) -> Batch* {
      if (next_ >= order_.size()) {
        flow.stop();
        return nullptr;
      }
      Batch& batch = ring[turn++ % ring.size()];
      fill(batch, order_, next_, batch_size());
      next_ = batch.end;
      this->render(batch);
      return &batch;
    };
    const auto write = [&](Batch* batch) { this->write(*batch); };
    tbb::parallel_pipeline(ring.size(),
                           tbb::make_filter<void, Batch*>(filter_mode::serial_in_order, render) &
                               tbb::make_filter<Batch*, void>(filter_mode::serial_in_order, write));
  }

 private:
  struct Memory {
    std::uint64_t cache = 0;  // for decoded sources
    std::uint64_t batch = 0;  // for the fragments of one batch
    std::size_t batches = 2;  // at a time: one is rendered while the one before is written
  };

  // Where the sources of a window fit they are kept and batches may be small; a window that was made larger
  // than the bound (one slide) is kept all the same. A drawn sample from more than fits goes through its
  // sources once for each batch: then the memory goes to batches, so that there are few.
  static Memory divide(const PackOrder& order, std::uint64_t bytes) {
    const std::uint64_t held = order.window_bytes() + order.window_bytes() / 8;
    if (!order.drawn() || held <= bytes / 4 * 3) return {std::max(held, bytes / 4 * 3), bytes / 8, 2};
    return {bytes / 8, bytes / 4 * 3, 1};
  }

  // As many fragments as fit, by what those so far took once encoded; the first ones may take what raw ones
  // do.
  std::uint64_t batch_size() const {
    const Catalog& catalog = store_.catalog();
    const std::uint64_t seen = seen_fragments_.load();
    const std::uint64_t each =
        seen > 0 ? seen_bytes_.load() / seen : raw_bytes_of(catalog, catalog.locate(order_.at(next_)));
    return std::max(kSmallestBatch, memory_.batch / (each + 1));
  }

  void render(Batch& batch) {
    const Catalog& catalog = store_.catalog();
    const std::vector<std::size_t> bounds = task_bounds(catalog, batch.ids);
    const auto task = [&](std::size_t number) {
      throw_if_stopped();
      const std::size_t first = bounds[number];
      const std::span<const FragmentId> ids(batch.ids.data() + first, bounds[number + 1] - first);
      const auto pixels = renderer_.pixels(catalog.source_of(ids.front()));
      render_fragments(catalog, *pixels, ids, [&](std::size_t index, const Image& fragment) {
        batch.fragments[batch.place[first + index]] = stream_.encode(ids[index], fragment);
      });
    };
    oneapi::tbb::parallel_for(std::size_t{0}, bounds.size() - 1, task);
    seen_bytes_ += batch.bytes();
    seen_fragments_ += batch.fragments.size();
  }

  void write(Batch& batch) {
    for (EncodedFragment& fragment : batch.fragments) {
      throw_if_stopped();
      stream_.write(fragment);
      fragment = {};  // its memory is wanted for the batch being rendered
    }
    if (stream_.checkpoint) stream_.checkpoint(batch.end);
  }

  const SourceStore& store_;
  const PackOrder& order_;
  const FragmentStream& stream_;
  std::uint64_t next_;  // the first position not yet in a batch
  const Memory memory_;
  FragmentRenderer renderer_;
  std::atomic<std::uint64_t> seen_bytes_{0}, seen_fragments_{0};
};

}  // namespace

namespace {

// Rows of one angle are rendered as strips where at least this share of their tiles is wanted (in 1/16). With
// the usual overlap of half a tile, a strip has as many pixels as half its tiles by themselves.
constexpr std::uint64_t kWorthStrips = 8;

// Renders fragments of one source; `ids` and where each lies stand side by side.
class SourceFragments {
 public:
  SourceFragments(const Catalog& catalog, const Image& pixels, std::span<const FragmentId> ids,
                  const std::function<void(std::size_t, const Image&)>& take)
      : catalog_(catalog), pixels_(pixels), ids_(ids), take_(take) {}

  void render() {
    for (std::size_t from = 0; from < ids_.size();) {
      const FragmentAddress first = catalog_.locate(ids_[from]);
      const Tiling& tiling = catalog_.tiling(first.source);
      const FragmentId end_of_angle =
          ids_[from] + tiling.grids()[first.tile.angle].tiles() - number_in_angle(tiling, first.tile);
      const auto end =
          std::lower_bound(ids_.begin() + static_cast<std::ptrdiff_t>(from), ids_.end(), end_of_angle);
      const auto to = static_cast<std::size_t>(end - ids_.begin());
      render_angle(tiling, first.tile.angle, from, to);
      from = to;
    }
  }

 private:
  static std::uint64_t number_in_angle(const Tiling& tiling, const TileAddress& at) {
    return tiling.grids()[at.angle].first_of(at.row) + at.column;
  }

  // The ids [from, to), all of one angle.
  void render_angle(const Tiling& tiling, std::uint32_t number, std::size_t from, std::size_t to) {
    const AngleGrid& grid = tiling.grids()[number];
    const Angle& angle = catalog_.angles()[number];
    const TileAddress first = catalog_.locate(ids_[from]).tile, last = catalog_.locate(ids_[to - 1]).tile;
    const TileRows rows{first.row, last.row + 1};
    const std::uint64_t tiles = number_in_angle(tiling, last) + 1 - grid.first_of(first.row);
    if ((to - from) * 16 < tiles * kWorthStrips) {
      for (std::size_t i = from; i < to; ++i) render_alone(grid, angle, i);
      return;
    }
    // Tile t of the grid has the id base + t.
    const FragmentId base = ids_[from] - number_in_angle(tiling, first);
    std::size_t next = from;
    strips_.render(pixels_, angle, grid, rows, [&](std::uint64_t tile, const Image& fragment) {
      if (next == to || ids_[next] != base + tile) return;
      take_(next++, fragment);
    });
  }

  void render_alone(const AngleGrid& grid, const Angle& angle, std::size_t i) {
    const TileAddress at = catalog_.locate(ids_[i]).tile;
    const TileFrame frame = grid.frame(at.row, at.column);
    if (alone_.width() != frame.width || alone_.height() != frame.height)
      alone_ = Image(frame.width, frame.height, pixels_.channels(), pixels_.bits());
    render_tile(pixels_, angle, frame, alone_);
    take_(i, alone_);
  }

  const Catalog& catalog_;
  const Image& pixels_;
  const std::span<const FragmentId> ids_;
  const std::function<void(std::size_t, const Image&)>& take_;
  TurnedRows strips_;
  Image alone_;
};

}  // namespace

void render_fragments(const Catalog& catalog, const DecodedSource& pixels, std::span<const FragmentId> ids,
                      const std::function<void(std::size_t index, const Image& fragment)>& take) {
  if (pixels.whole) return SourceFragments(catalog, *pixels.whole, ids, take).render();
  for (std::size_t i = 0; i < ids.size(); ++i) {
    const FragmentAddress at = catalog.locate(ids[i]);
    take(i, FragmentRenderer::render(pixels, catalog.angles()[at.tile.angle],
                                     catalog.tiling(at.source).frame(at.tile)));
  }
}

void stream_fragments(const SourceStore& store, const PackOrder& order, std::uint64_t from,
                      std::uint64_t memory_bytes, const FragmentStream& stream) {
  Streamer(store, order, from, memory_bytes, stream).run();
}

}  // namespace frag
