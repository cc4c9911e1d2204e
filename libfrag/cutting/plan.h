// What a cut would give, before anything runs: from a folder of images (headers only) or from a bare size.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "libfrag/cutting/cut.h"
#include "libfrag/dataset/recipe.h"

namespace frag {

struct PlannedClass {
  std::uint64_t sources = 0;
  std::uint64_t fragments = 0;
};

struct Plan {
  std::uint64_t sources = 0;
  std::uint64_t fragments = 0;
  std::uint64_t fewest = 0;  // fragments of the source that gives fewest, and most
  std::uint64_t most = 0;
  std::uint64_t file_bytes = 0;  // of the images: what the dataset will take; 0 where only a size is known
  std::uint64_t raw_bytes = 0;   // what the fragments would take as uncompressed files
  std::map<std::string, PlannedClass> classes;  // empty where only a size is known
  std::vector<SkippedImage> skipped;            // images whose header already says that they cannot be used
};

Plan plan_size(std::int64_t width, std::int64_t height, std::uint64_t sources, const Recipe& recipe);

// Errors as scan_class_folders().
Plan plan_folder(const std::filesystem::path& images, const Recipe& recipe);

}  // namespace frag
