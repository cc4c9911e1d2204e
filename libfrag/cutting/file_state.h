// What tells whether an image file, and the labels that others gave it, are still those that were examined.
//
// Pure but for looking at the files; any thread.
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "libfrag/dataset/labels.h"

namespace frag {

struct FileState {
  std::uint64_t bytes = 0;
  std::int64_t changed = 0;  // nanoseconds since 1970
  std::string labels;        // digest of what the labels say, and of the state of the files that say it

  bool operator==(const FileState&) const = default;
};

// `entries` are all of one image file. Errc::io where it is not there.
FileState state_of(std::span<const LabelledFile> entries, const LabelRule& rule);

}  // namespace frag
