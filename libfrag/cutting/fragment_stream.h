// Many fragments rendered in parallel and handed on in order: what every export that holds pixels is made of,
// and what a training reads.
//
// Positions are taken in batches; a batch is rendered source by source, because a decoded source near at hand
// is what makes a fragment cheap, and then written in the order of the positions while the next batch is
// rendered. The result does not depend on the number of threads or the size of a batch.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "libfrag/archive/sample_tar.h"
#include "libfrag/base/error.h"
#include "libfrag/cutting/pack_order.h"
#include "libfrag/dataset/renderer.h"
#include "libfrag/dataset/source_store.h"

namespace frag {

// Renders fragments of one source, `ids` ascending, from its pixels: calls `take` with each one's index in
// `ids`. Neighbours of one angle come one behind the other, so that they can share work.
void render_fragments(const Catalog& catalog, const DecodedSource& pixels, std::span<const FragmentId> ids,
                      const std::function<void(std::size_t index, const Image& fragment)>& take);

// A fragment of a stream.
struct StreamPlace {
  std::uint64_t position = 0;
  FragmentId id = 0;
};

// `Product` is a value that holds what is made of a fragment, with a free function
// std::uint64_t held_bytes(const Product&).
template <class Product>
struct FragmentStream {
  // Makes of a fragment what will be written. Called by many threads at once.
  std::function<Product(const StreamPlace& at, const Image& pixels)> make;
  // Takes the products in the order of their positions, one at a time.
  std::function<void(Product& product)> write;
  // Called behind the last fragment of a batch, with the number of positions done; may be empty.
  std::function<void(std::uint64_t done)> checkpoint = {};
  // Where to look instead of at the fragment's own place, or nullopt; may be empty. As make().
  std::function<std::optional<TileView>(const StreamPlace& at)> view = {};
  // Makes the product of a fragment whose source cannot be read (Errc::bad_input); where this is empty, such
  // an error ends the stream. As make().
  std::function<Product(const StreamPlace& at, const Error& error)> make_of_damaged = {};
};

inline std::uint64_t held_bytes(const EncodedFragment& one) {
  return one.picture.size() + one.description.size() + 256;
}

// A batch's fragments at most take so many bytes as products, by what those so far took.
struct StreamMemory {
  static constexpr std::size_t kMostBatches = 2;

  std::uint64_t batch_bytes = 0;
  std::size_t batches = kMostBatches;  // at a time: one is rendered while the one before is written
};

// What the template below hands to the code that does the work: products by batch and slot.
class StreamSlots {
 public:
  virtual ~StreamSlots() = default;
  virtual void begin(std::size_t batch, std::size_t slots) = 0;
  // Returns the bytes that the product holds.
  virtual std::uint64_t make(std::size_t batch, std::size_t slot, const StreamPlace& at,
                             const Image& pixels) = 0;
  // False where there is nothing to make of it.
  virtual bool make_of_damaged(std::size_t batch, std::size_t slot, const StreamPlace& at,
                               const Error& error) = 0;
  virtual std::optional<TileView> view(const StreamPlace& at) = 0;
  virtual bool has_views() const = 0;
  virtual void write(std::size_t batch, std::size_t slot) = 0;
  virtual void checkpoint(std::uint64_t done) = 0;
};

// Streams positions [from, order.size()). Errors of decoding, making and writing come out; Errc::interrupted
// after a stop signal.
void stream_slots(FragmentRenderer& renderer, const PackOrder& order, std::uint64_t from,
                  const StreamMemory& memory, StreamSlots& slots);

// The same with a renderer of its own. Uses about `memory_bytes` for decoded sources and waiting products.
void stream_slots(const SourceStore& store, const PackOrder& order, std::uint64_t from,
                  std::uint64_t memory_bytes, StreamSlots& slots);

template <class Product>
class ProductSlots : public StreamSlots {
 public:
  explicit ProductSlots(const FragmentStream<Product>& stream) : stream_(stream) {}

  void begin(std::size_t batch, std::size_t slots) override {
    batches_[batch].clear();
    batches_[batch].resize(slots);
  }
  std::uint64_t make(std::size_t batch, std::size_t slot, const StreamPlace& at,
                     const Image& pixels) override {
    return held_bytes(batches_[batch][slot] = stream_.make(at, pixels));
  }
  bool make_of_damaged(std::size_t batch, std::size_t slot, const StreamPlace& at,
                       const Error& error) override {
    if (!stream_.make_of_damaged) return false;
    batches_[batch][slot] = stream_.make_of_damaged(at, error);
    return true;
  }
  std::optional<TileView> view(const StreamPlace& at) override { return stream_.view(at); }
  bool has_views() const override { return static_cast<bool>(stream_.view); }
  void write(std::size_t batch, std::size_t slot) override {
    stream_.write(batches_[batch][slot]);
    batches_[batch][slot] = {};  // its memory is wanted for the batch being rendered
  }
  void checkpoint(std::uint64_t done) override {
    if (stream_.checkpoint) stream_.checkpoint(done);
  }

 private:
  const FragmentStream<Product>& stream_;
  std::array<std::vector<Product>, StreamMemory::kMostBatches> batches_;
};

// stream_slots() for products. `place` and `memory` as there.
template <class Place, class Memory, class Product>
void stream_fragments(Place& place, const PackOrder& order, std::uint64_t from, const Memory& memory,
                      const FragmentStream<Product>& stream) {
  ProductSlots<Product> slots(stream);
  stream_slots(place, order, from, memory, slots);
}

}  // namespace frag
