// Images and a recipe to a dataset: decode in parallel, write in order, publish in one rename.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "libfrag/dataset/recipe.h"

namespace frag {

enum class OnBadImage {
  skip,  // leave it out, name it in the result
  stop,  // fail on the first one
};

struct CutOptions {
  std::filesystem::path images;   // a folder of class folders
  std::filesystem::path dataset;  // must not exist yet
  Recipe recipe;
  OnBadImage on_bad_image = OnBadImage::skip;
};

struct SkippedImage {
  std::string name;  // relative to the image folder
  std::string reason;
};

struct CutResult {
  std::string id;
  std::uint64_t sources = 0;
  std::uint64_t fragments = 0;
  std::uint64_t bytes = 0;  // of the stored files
  std::vector<SkippedImage> skipped;
};

// Writes the dataset beside its final name ("NAME.part") and renames it when everything is durable: a crash,
// a full disk or Ctrl-C leaves nothing that looks like a dataset. The same images and recipe give the same
// bytes whatever the number of threads. Errc::usage where the dataset exists, Errc::bad_input where no image
// can be used or a class cannot be split, Errc::io for the disk, Errc::interrupted after a stop signal. Shows
// a progress bar on a terminal.
CutResult cut(const CutOptions& options);

}  // namespace frag
