// Pictures of a dataset for people: one file that can be looked at, printed or sent.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "libfrag/dataset/folder.h"
#include "libfrag/image/image.h"

namespace frag {

enum class PreviewOf {
  overview,  // tiles beside the sheet
  tiles,     // a source with its tiles of one angle, kept and left-out ones told apart
  sheet,     // fragments by class
  contrast,  // a source before and after the recipe's contrast, with histograms
  coverage,  // how many of the kept fragments see each spot of a source
};
const char* name_of(PreviewOf what);
// Errc::usage that lists the names.
PreviewOf parse_preview_of(std::string_view name);

struct PreviewOptions {
  PreviewOf what = PreviewOf::overview;
  std::optional<std::uint32_t> source;  // default: the first
  std::optional<std::int32_t>
      millidegrees;         // one of the dataset's angles; default: the one nearest to 30 degrees
  std::uint64_t seed = 1;   // of the fragments on the sheet
  std::int64_t edge = 900;  // longer edge of a source's picture in pixels, in [200, 4000]
};

// The number of a source: `text` is that number, or the source's name or the end of it behind a slash.
// Errc::not_found where there is none, or are several.
std::uint32_t find_source(const Catalog& catalog, const std::string& text);

// An RGB picture; with the default edge up to about 1,900 pixels wide. Errc::usage for a source or an angle
// that the dataset does not have, for an edge out of range, and for a contrast that the recipe does not
// change.
Image draw_preview(const DatasetFolder& folder, const PreviewOptions& options);

}  // namespace frag
