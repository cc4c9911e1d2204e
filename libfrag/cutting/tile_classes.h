// Which fragments of one source stay, and of which class they are: background, masks and annotations.
//
// Belongs to one thread.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "libfrag/cutting/examine.h"
#include "libfrag/dataset/detail_map.h"
#include "libfrag/dataset/label_map.h"
#include "libfrag/image/read.h"

namespace frag {

class TileClasses {
 public:
  // Reads the mask or the annotations of `entry` where the recipe has such labels; Errc::bad_input where they
  // are missing, damaged or of another shape than the image.
  TileClasses(const LabelledFile& entry, const ImageFile& file, const Recipe& recipe,
              const std::vector<Angle>& angles, const Tiling& tiling, const Source& row);

  // The source's final pixels, in bands from top to bottom.
  void add_rows(std::int64_t top, const Image& band);

  // Fills in source.kept; Errc::bad_input where no fragment stays.
  void decide(ExaminedSource& source);

 private:
  const Recipe& recipe_;
  const std::vector<Angle>& angles_;
  const Tiling& tiling_;
  std::optional<DetailMapBuilder> detail_;
  std::optional<LabelMap> labels_;
  std::vector<std::string> classes_;  // what the numbers of labels_ mean
};

}  // namespace frag
