#include "libfrag/fetching/store_reader.h"

#include "libfrag/base/random.h"
#include "libfrag/cutting/fragment_stream.h"
#include "libfrag/geometry/free_turn.h"

namespace frag {

// What a stream makes of a fragment for a reader.
struct ReadFragment {
  Fragment fragment;
  std::string damage;  // why there are no pixels
};

inline std::uint64_t held_bytes(const ReadFragment& one) {
  return one.fragment.pixels.memory() + sizeof(one);
}

namespace {

// Where the sources fit the cache, so many fragments are rendered at a time: enough to sort by source and to
// share among threads, few enough to be ready soon.
constexpr std::uint64_t kFewFragments = 256;
// Else so many bytes, because every batch decodes its sources anew: but for sources of one fragment, which
// are decoded once either way.
constexpr std::uint64_t kLargeBatch = std::uint64_t{256} << 20;

StreamMemory memory_for(const PackOrder& order, const FragmentRenderer& renderer) {
  const Catalog& catalog = renderer.store().catalog();
  const bool decoded_again =
      order.window_bytes() > renderer.cache_bytes() && catalog.recipe().fit != Fit::whole;
  if (decoded_again || order.size() == 0) return {.batch_bytes = kLargeBatch};
  return {.batch_bytes = kFewFragments * (raw_bytes_of(catalog, catalog.locate(order.at(0))) + 1)};
}

Angle drawn_angle(std::uint64_t seed, std::uint64_t position) {
  constexpr std::uint64_t kCircle = 360'000;  // millidegrees
  return make_angle(static_cast<std::int64_t>(SplitMix64(mix64(seed + 1) + position).below(kCircle)));
}

std::optional<TileView> free_view(const Catalog& catalog, std::uint64_t seed, const StreamPlace& at) {
  const FragmentAddress address = catalog.locate(at.id);
  const Tiling& tiling = catalog.tiling(address.source);
  const Angle angle = drawn_angle(seed, at.position);
  const bool one_class = catalog.runs(address.source).size() == 1;
  const auto frame = turned_frame(tiling.width(), tiling.height(), catalog.angles()[address.tile.angle],
                                  tiling.frame(address.tile), angle,
                                  one_class ? BeyondEdge::move_inwards : BeyondEdge::refuse);
  if (!frame) return std::nullopt;
  return TileView{angle, *frame};
}

ReadFragment start_of(const Catalog& catalog, const StreamPlace& at) {
  return {.fragment = {.position = at.position,
                       .id = at.id,
                       .source = catalog.source_of(at.id),
                       .class_number = catalog.class_of(at.id).value(),
                       .pixels = {}},
          .damage = {}};
}

}  // namespace

StoreReader::StoreReader(const SourceStore& store, std::size_t cache_bytes) : renderer_(store, cache_bytes) {}

void StoreReader::read(const SampleList& list, const ReadRequest& request,
                       const std::function<void(Fragment)>& visit) {
  const Catalog& catalog = renderer_.store().catalog();
  const PackOrder order(catalog, list);
  FragmentStream<ReadFragment> stream;
  stream.make = [&](const StreamPlace& at, const Image& pixels) {
    ReadFragment one = start_of(catalog, at);
    one.fragment.pixels = request.prepare ? request.prepare(one.fragment, pixels) : pixels.clone();
    return one;
  };
  stream.write = [&](ReadFragment& one) {
    request.expect_wanted();
    if (one.damage.empty()) return visit(std::move(one.fragment));
    request.damaged(one.fragment, one.damage);
  };
  if (request.damaged) {
    stream.make_of_damaged = [&](const StreamPlace& at, const Error& error) {
      ReadFragment one = start_of(catalog, at);
      one.damage = error.what();
      return one;
    };
  }
  if (request.free_turns) {
    stream.view = [&](const StreamPlace& at) { return free_view(catalog, *request.free_turns, at); };
  }
  stream_fragments(renderer_, order, request.skip, memory_for(order, renderer_), stream);
}

}  // namespace frag
