// What is fetched: a sample drawn here, so that what a mirror gives can be held against it and its dataset.
//
// Immutable once made; any number of threads may read.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "libfrag/archive/sample_tar.h"
#include "libfrag/cutting/sample_export.h"
#include "libfrag/sampling/sampler.h"

namespace frag {

struct WantedSample {
  SampleSpec spec;
  SampleList list;
  SampleFormat format = SampleFormat::raw;
  std::string dataset;               // id
  std::vector<std::string> classes;  // names, by number
  // Outlives it; none where packed shards are all that is known of the dataset.
  const Catalog* catalog = nullptr;

  // The key of the fragment at a position.
  std::string key(std::uint64_t position) const {
    return sample_key(list.at(position), position, spec.repeats);
  }

  // What is wrong with the fragment that came for a position; empty where nothing is, as far as the catalogue
  // tells.
  std::string problem(std::uint64_t position, const EncodedFragment& fragment) const {
    if (catalog == nullptr) return "";
    return fragment_problem(*catalog, list.at(position), key(position), fragment);
  }
};

}  // namespace frag
