// The weights of one version, in memory for as long as no other is asked for.
//
// Belongs to one thread.
#pragma once

#include <cstdint>

#include "libfrag/rounds/safetensors.h"

namespace frag::trainer {

class VersionInMemory {
 public:
  // They stand until the next call. `read()` gives the file's bytes; it is called where the last version was
  // another.
  template <class Read>
  const rounds::WeightsFile& get(std::int64_t version, const Read& read) {
    if (version_ != version) {
      version_ = kNone;  // for as long as reading may fail
      weights_ = rounds::parse_weights(read());
      version_ = version;
    }
    return weights_;
  }

 private:
  static constexpr std::int64_t kNone = -1;

  std::int64_t version_ = kNone;
  rounds::WeightsFile weights_;
};

}  // namespace frag::trainer
