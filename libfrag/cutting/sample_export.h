// A drawn sample rendered from a dataset folder into a WebDataset tar: what a mirror streams and `frag
// sample` writes.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "libfrag/archive/sample_tar.h"
#include "libfrag/dataset/renderer.h"
#include "libfrag/sampling/sampler.h"

namespace frag {

struct SampleExport {
  SampleFormat format = SampleFormat::raw;
  std::uint64_t skip = 0;              // positions left out at the front: how a sample is continued
  std::optional<std::uint64_t> limit;  // fragments written at most
  Repeats repeats = Repeats::refuse;   // of the sample
};

// The key of fragment `id` at a position of a sample: with repeats it carries the position.
std::string sample_key(FragmentId id, std::uint64_t position, Repeats repeats);

// Streams the tar into `sink`; `step` is called after each fragment. Equal on every machine for raw.
void export_sample(const Catalog& catalog, FragmentRenderer& renderer, const SampleList& list,
                   const SampleExport& options, const ByteSink& sink, const std::function<void()>& step = {});

}  // namespace frag
