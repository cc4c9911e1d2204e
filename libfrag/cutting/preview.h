// Pictures of a dataset for people: a source with its tiles drawn, beside a sheet of fragments by class.
#pragma once

#include <cstdint>
#include <optional>

#include "libfrag/dataset/folder.h"
#include "libfrag/image/image.h"

namespace frag {

struct PreviewOptions {
  std::optional<std::uint32_t> source;  // default: the first
  std::optional<std::int32_t>
      millidegrees;        // one of the dataset's angles; default: the one nearest to 30 degrees
  std::uint64_t seed = 1;  // of the fragments on the sheet
};

// An RGB picture of about 1,600 x 800 pixels. Errc::usage for a source or an angle that the dataset does not
// have.
Image draw_preview(const DatasetFolder& folder, const PreviewOptions& options);

}  // namespace frag
