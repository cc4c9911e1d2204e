// Seeded gel-like micrographs of classes that differ in structure alone, so that the project can show itself
// without anyone's images and a classifier cannot cheat.
//
// Every picture is made zero-mean and unit-variance in each neighbourhood, mapped to one Gaussian grey
// distribution, and then lit unevenly with a gain of its own. What is left between the classes is how the
// grey is arranged.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "libfrag/image/image.h"

namespace frag {

// The names of the structures, in class order: cells, fibres, network, lamellae.
const std::vector<std::string>& synth_classes();

struct SynthSpec {
  std::int64_t width = 2272;  // pixels, at least 128
  std::int64_t height = 1704;
  std::uint64_t seed = 1;
  std::uint32_t structure = 0;  // index into synth_classes()
  std::uint32_t index = 0;      // which picture of its class, in [0, per_class)
  std::uint32_t per_class = 8;  // gains are spread evenly over a class, so that no class is brighter
};

// A grey picture; equal for equal specs on one machine (it uses floating point: it makes sources, it picks
// nothing).
Image synthesise(const SynthSpec& spec);

}  // namespace frag
