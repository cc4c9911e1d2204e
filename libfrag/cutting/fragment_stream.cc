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
  std::size_t number = 0;          // of those in the ring
  std::uint64_t from = 0;          // position of the first
  std::vector<FragmentId> ids;     // ascending
  std::vector<std::size_t> place;  // of ids[i] among the fragments

  std::uint64_t end() const { return from + ids.size(); }
  StreamPlace at(std::size_t i) const { return {from + place[i], ids[i]}; }
};

void fill(Batch& batch, const PackOrder& order, std::uint64_t from, std::uint64_t count) {
  batch.from = from;
  const auto size = static_cast<std::size_t>(std::min(from + count, order.window_end(from)) - from);
  std::vector<FragmentId> wanted(size);
  for (std::size_t i = 0; i < size; ++i) wanted[i] = order.at(from + i);
  batch.place.resize(size);
  std::iota(batch.place.begin(), batch.place.end(), std::size_t{0});
  std::sort(batch.place.begin(), batch.place.end(),
            [&wanted](std::size_t a, std::size_t b) { return wanted[a] < wanted[b]; });
  batch.ids.resize(size);
  for (std::size_t i = 0; i < size; ++i) batch.ids[i] = wanted[batch.place[i]];
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
  Streamer(FragmentRenderer& renderer, const PackOrder& order, std::uint64_t from, const StreamMemory& memory,
           StreamSlots& slots)
      : renderer_(renderer),
        catalog_(renderer.store().catalog()),
        order_(order),
        slots_(slots),
        next_(from),
        memory_(memory) {}

  void run() {
    namespace tbb = oneapi::tbb;
    using tbb::filter_mode;
    std::vector<Batch> ring(memory_.batches);
    for (std::size_t i = 0; i < ring.size(); ++i) ring[i].number = i;
    std::size_t turn = 0;
    const auto render = [&](tbb::flow_control& flow) -> Batch* {
      if (next_ >= order_.size()) {
        flow.stop();
        return nullptr;
      }
      Batch& batch = ring[turn++ % ring.size()];
      fill(batch, order_, next_, batch_size());
      next_ = batch.end();
      this->render(batch);
      return &batch;
    };
    const auto write = [&](Batch* batch) { this->write(*batch); };
    tbb::parallel_pipeline(ring.size(),
                           tbb::make_filter<void, Batch*>(filter_mode::serial_in_order, render) &
                               tbb::make_filter<Batch*, void>(filter_mode::serial_in_order, write));
  }

 private:
  // As many fragments as fit, by what those so far took; the first ones may take what raw ones do.
  std::uint64_t batch_size() const {
    const std::uint64_t seen = seen_fragments_.load();
    const std::uint64_t each =
        seen > 0 ? seen_bytes_.load() / seen : raw_bytes_of(catalog_, catalog_.locate(order_.at(next_)));
    return std::max(kSmallestBatch, memory_.batch_bytes / (each + 1));
  }

  void render(const Batch& batch) {
    slots_.begin(batch.number, batch.ids.size());
    const std::vector<std::size_t> bounds = task_bounds(catalog_, batch.ids);
    oneapi::tbb::parallel_for(std::size_t{0}, bounds.size() - 1, [&](std::size_t task) {
      throw_if_stopped();
      render_source(batch, bounds[task], bounds[task + 1]);
    });
  }

  // The ids [first, end) of the batch, all of one source.
  void render_source(const Batch& batch, std::size_t first, std::size_t end) {
    std::shared_ptr<const DecodedSource> pixels;
    try {
      pixels = renderer_.pixels(catalog_.source_of(batch.ids[first]));
    } catch (const Error& error) {
      if (error.code() != Errc::bad_input) throw;
      for (std::size_t i = first; i < end; ++i) {
        if (!slots_.make_of_damaged(batch.number, batch.place[i], batch.at(i), error)) throw;
      }
      return;
    }
    const auto make = [&](std::size_t i, const Image& fragment) {
      seen_bytes_ += slots_.make(batch.number, batch.place[i], batch.at(i), fragment);
      ++seen_fragments_;
    };
    if (slots_.has_views()) return render_views(batch, *pixels, first, end, make);
    render_fragments(catalog_, *pixels, std::span(batch.ids).subspan(first, end - first),
                     [&](std::size_t index, const Image& fragment) { make(first + index, fragment); });
  }

  template <class Make>
  void render_views(const Batch& batch, const DecodedSource& pixels, std::size_t first, std::size_t end,
                    const Make& make) {
    for (std::size_t i = first; i < end; ++i) {
      const auto view = slots_.view(batch.at(i));
      make(i, FragmentRenderer::render(pixels, view ? *view : view_of(catalog_, batch.ids[i])));
    }
  }

  void write(const Batch& batch) {
    for (std::size_t slot = 0; slot < batch.ids.size(); ++slot) {
      throw_if_stopped();
      slots_.write(batch.number, slot);
    }
    slots_.checkpoint(batch.end());
  }

  FragmentRenderer& renderer_;
  const Catalog& catalog_;
  const PackOrder& order_;
  StreamSlots& slots_;
  std::uint64_t next_;  // the first position not yet in a batch
  const StreamMemory memory_;
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
  for (std::size_t i = 0; i < ids.size(); ++i)
    take(i, FragmentRenderer::render(pixels, view_of(catalog, ids[i])));
}

void stream_slots(FragmentRenderer& renderer, const PackOrder& order, std::uint64_t from,
                  const StreamMemory& memory, StreamSlots& slots) {
  Streamer(renderer, order, from, memory, slots).run();
}

// Where the sources of a window fit they are kept and batches may be small; a window that was made larger
// than the bound (one slide) is kept all the same. A drawn sample from more than fits goes through its
// sources once for each batch: then the memory goes to batches, so that there are few.
void stream_slots(const SourceStore& store, const PackOrder& order, std::uint64_t from,
                  std::uint64_t memory_bytes, StreamSlots& slots) {
  const std::uint64_t held = order.window_bytes() + order.window_bytes() / 8;
  const bool fits = !order.drawn() || held <= memory_bytes / 4 * 3;
  FragmentRenderer renderer(store, fits ? std::max(held, memory_bytes / 4 * 3) : memory_bytes / 8);
  const StreamMemory memory =
      fits ? StreamMemory{memory_bytes / 8, 2} : StreamMemory{memory_bytes / 4 * 3, 1};
  stream_slots(renderer, order, from, memory, slots);
}

}  // namespace frag
