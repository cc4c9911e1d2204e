// What is fetched: a sample drawn here, so that what a mirror gives can be held against it.
//
// Immutable once made; any number of threads may read.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "libfrag/archive/sample_tar.h"
#include "libfrag/sampling/sampler.h"

namespace frag {

struct WantedSample {
  SampleSpec spec;
  SampleList list;
  SampleFormat format = SampleFormat::raw;
  std::string dataset;               // id
  std::vector<std::string> classes;  // names, by number
  // What is wrong with the fragment that came for a position; empty where nothing is. Any thread.
  std::function<std::string(std::uint64_t position, const EncodedFragment& fragment)> problem{};

  // The key of the fragment at a position.
  std::string key(std::uint64_t position) const {
    const FragmentId id = list.at(position);
    return spec.repeats == Repeats::allow ? sample_key(id, position) : sample_key(id);
  }
};

}  // namespace frag
