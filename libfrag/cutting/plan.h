// What a cut would give, before anything runs: from a folder of images (headers, and the pixels of a few), or
// from a bare size.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "libfrag/cutting/cut.h"
#include "libfrag/dataset/recipe.h"

namespace frag {

struct PlannedClass {
  std::uint64_t sources = 0;
  std::uint64_t fragments = 0;
};

// The share, in [0, 1], of a source's pixels that at least one fragment sees under a fit.
struct PlannedCoverage {
  Fit fit = Fit::cover;
  double turned = 0;   // with the recipe's angles
  double upright = 0;  // with the single angle 0
};

struct PlannedSize {
  std::int64_t width = 0, height = 0;  // pixels
  std::uint64_t sources = 0;
  std::vector<PlannedCoverage> coverage;  // inscribed, largest, cover; empty for the fit `whole`
};

struct PlannedAngle {
  std::int32_t millidegrees = 0;
  std::uint64_t fragments = 0;
};

struct PlannedExport {
  std::string name;         // "raw", "png", "jpg", "coordinates"
  std::uint64_t bytes = 0;  // with the tar's own
  double seconds = 0;       // on this machine while it does nothing else
};

// Estimated from a few images that were decoded and a few dozen of their fragments that were rendered and
// encoded. A measurement: it differs from run to run.
struct PlanCost {
  int threads = 1;  // that the times are for
  std::uint64_t measured_sources = 0;
  std::uint64_t measured_fragments = 0;
  double cut_seconds = 0;
  std::vector<PlannedExport> exports;  // every fragment; without jpg where samples have 16 bits
};

struct Plan {
  std::uint64_t sources = 0;
  std::uint64_t fragments = 0;
  std::uint64_t fewest = 0;  // fragments of the source that gives fewest, and most
  std::uint64_t most = 0;
  std::uint64_t file_bytes = 0;  // of the images: what the dataset will take; 0 where only a size is known
  std::uint64_t raw_bytes = 0;   // what the fragments would take as uncompressed files
  bool upper_bounds = false;     // the recipe leaves fragments out by what they show: there can be fewer
  std::vector<PlannedAngle> angles;
  std::vector<PlannedSize> sizes;  // those of most sources, at most kPlannedSizes
  std::uint64_t other_sizes = 0;

  // Empty where only a size is known.
  std::map<std::string, PlannedClass> classes;  // empty also where classes lie within sources
  std::vector<std::pair<std::string, PlannedClass>> splits;
  std::string split_problem;  // why cut would refuse the split
  std::optional<PlanCost> cost;
  std::vector<std::string> notes;     // what may be a mistake, a sentence each
  std::vector<SkippedImage> skipped;  // images whose header already says that they cannot be used
};

inline constexpr std::size_t kPlannedSizes = 5;

Plan plan_size(std::int64_t width, std::int64_t height, std::uint64_t sources, const Recipe& recipe);

// Reads the headers of all images, and decodes a few. Sides are those that cut() would choose; where it
// would refuse, split_problem says why. Errors as scan_sources().
Plan plan_folder(const std::filesystem::path& images, const Recipe& recipe);

}  // namespace frag
