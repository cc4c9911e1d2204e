// Many fragments rendered in parallel and handed on in order: what every export that holds pixels is made of.
//
// Positions are taken in batches; a batch is rendered source by source, because a decoded source near at hand
// is what makes a fragment cheap, and then written in the order of the positions while the next batch is
// rendered. The result does not depend on the number of threads or the size of a batch.
#pragma once

#include <cstdint>
#include <functional>
#include <span>

#include "libfrag/archive/sample_tar.h"
#include "libfrag/cutting/pack_order.h"
#include "libfrag/dataset/renderer.h"
#include "libfrag/dataset/source_store.h"

namespace frag {

// Renders fragments of one source, `ids` ascending, from its pixels: calls `take` with each one's index in
// `ids`. Neighbours of one angle come one behind the other, so that they can share work.
void render_fragments(const Catalog& catalog, const DecodedSource& pixels, std::span<const FragmentId> ids,
                      const std::function<void(std::size_t index, const Image& fragment)>& take);

struct FragmentStream {
  // Makes of a fragment what will be written. Called by many threads at once.
  std::function<EncodedFragment(FragmentId id, const Image& pixels)> encode;
  // Takes the fragments in the order of their positions, one at a time.
  std::function<void(EncodedFragment& fragment)> write;
  // Called behind the last fragment of a batch, with the number of positions done; may be empty.
  std::function<void(std::uint64_t done)> checkpoint;
};

// Streams positions [from, order.size()). Uses about `memory_bytes` for decoded sources and waiting
// fragments. Errors of decoding, encoding and writing come out; Errc::interrupted after a stop signal.
void stream_fragments(const SourceStore& store, const PackOrder& order, std::uint64_t from,
                      std::uint64_t memory_bytes, const FragmentStream& stream);

}  // namespace frag
