#include "server/warmer.h"

#include <algorithm>

namespace frag {

namespace {

// What Image::memory() will be: rows are padded.
std::uint64_t memory_of(const SourceTable& sources, std::size_t i) {
  const auto height = static_cast<std::uint64_t>(sources.height(i));
  return (sources.pixel_bytes(i) / height + Image::kPadBytes) * (height + Image::kPadRows);
}

}  // namespace

Warmer::Warmer(const Mirror& mirror, int most_threads) : mirror_(mirror) {
  std::uint64_t bytes = 0;
  for (const auto& dataset : mirror.datasets()) {
    const SourceTable& sources = dataset->catalog().sources();
    for (std::uint32_t i = 0; i < sources.size(); ++i) {
      const std::uint64_t own = memory_of(sources, i);
      const bool by_region = sources.pixel_bytes(i) > static_cast<std::uint64_t>(SourcePixels::kWholeBytes);
      if (!by_region && bytes + own > mirror.cache().limit()) continue;
      if (!by_region) bytes += own;  // what is read by region is checked and not kept
      todo_.emplace_back(dataset.get(), i);
    }
  }
  const int threads = std::min(most_threads, mirror.gate().stats().slots);
  for (int i = 0; i < threads; ++i) threads_.emplace_back([this] { work(); });
}

Warmer::~Warmer() {
  stop_ = true;
  for (std::thread& thread : threads_) thread.join();
}

void Warmer::work() {
  while (!stop_) {
    const std::uint64_t number = next_++;
    if (number >= todo_.size()) return;
    const auto& [dataset, source] = todo_[number];
    {
      const RenderGate::Turn turn = mirror_.gate().go_on("(warming)");
      dataset->check(source);
    }
    ++warmed_;
  }
}

}  // namespace frag
