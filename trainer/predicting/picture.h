// Pictures to classify, cut as the network's training fragments were: from image files, or from the sources
// of a dataset.
//
// A PictureSource belongs to one thread.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "libfrag/dataset/recipe.h"
#include "libfrag/dataset/source_cache.h"
#include "libfrag/geometry/tiling.h"

namespace frag::trainer {

// A picture and the fragments to classify in it.
struct Picture {
  std::string name;
  std::shared_ptr<const DecodedSource> pixels;
  std::vector<Angle> angles;
  Tiling tiling;                     // of its width and height, at `angles`
  std::int64_t stride = 0;           // pixels from a fragment to the next
  std::vector<std::uint64_t> tiles;  // their numbers in `tiling`, ascending; at least one
};

// How files become pictures.
struct PictureRules {
  Recipe recipe;             // of the network's fragments
  std::string angles = "0";  // as in a recipe: what fragments are turned by
  std::string split = {};    // of datasets: only the sources of this side; empty: all
};

class PictureSource {
 public:
  virtual ~PictureSource() = default;

  // Files, or sources of a dataset.
  virtual std::size_t size() const = 0;

  // Calls `visit` for every picture of the i-th of them: none or several, where a file has pages.
  // `left_out` is told why a file, or some of it, gave none. Errc::io where the disk fails.
  using Visit = std::function<void(const Picture& picture)>;
  using LeftOut = std::function<void(const std::string& name, const std::string& reason)>;
  virtual void read(std::size_t i, const Visit& visit, const LeftOut& left_out) const = 0;
};

// `place` is an image file, a folder of image files (other files in it pass unmentioned, hidden ones too), or
// a dataset's folder, whose sources are cut by its own recipe at those of its angles that `rules` name. An
// image that is smaller than a fragment is one picture with one fragment: all of it. Errc::not_found where
// there is nothing of that name, or no image; Errc::usage for angles or a side that a dataset does not have.
std::unique_ptr<PictureSource> open_pictures(const std::string& place, const PictureRules& rules);

}  // namespace frag::trainer
