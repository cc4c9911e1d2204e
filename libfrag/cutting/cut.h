// Images and a recipe to a dataset: examine in parallel, write in order, publish in one step.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "libfrag/cutting/examine.h"
#include "libfrag/dataset/recipe.h"

namespace frag {

enum class OnBadImage {
  skip,  // leave it out, name it in the result
  stop,  // fail on the first one
};

// What happens where the dataset is there already.
enum class OnExisting {
  add,      // images that it does not have are added to it
  replace,  // it is made anew, and the old one goes once the new one is whole
};

struct CutOptions {
  std::filesystem::path images;
  std::filesystem::path dataset;
  Recipe recipe;
  // The keys of `recipe` that a dataset which is there must have alike; none given: all. It keeps its own
  // recipe.
  std::optional<std::vector<std::string>> asked_keys;
  OnBadImage on_bad_image = OnBadImage::skip;
  OnExisting on_existing = OnExisting::add;
  // What is added to a dataset is stored as the rest of it, and hidden as the rest: these need not say so
  // again.
  Storage storage = Storage::copy;
  // Names and groups become salted hashes; what they stand for goes to key_file_of(dataset).
  bool anonymous = false;
  // Sources whose pixels take more are read by region; equal results for any value.
  std::int64_t whole_bytes = SourcePixels::kWholeBytes;
};

struct SkippedImage {
  std::string name;  // relative to the image folder
  std::string reason;
};

struct CutResult {
  std::string id;
  std::string parent;         // of a dataset that was added to
  std::uint64_t resumed = 0;  // image files taken over from a cut that was interrupted
  std::uint64_t known = 0;    // image files that the dataset had already
  std::uint64_t added = 0;    // sources
  // Of the whole dataset:
  std::uint64_t sources = 0;
  std::uint64_t fragments = 0;  // kept ones
  std::uint64_t left_out = 0;   // fragments without a class, or with too little to see
  std::uint64_t bytes = 0;      // of the files stored by this cut
  bool anonymous = false;
  std::vector<SkippedImage> skipped;
  std::vector<std::string> notes;  // what may be a mistake, a sentence each
};

// Beside a dataset, never in it: what became of every image file (CSV: file, fate, sources, fragments, kept,
// reason), and what the names of an anonymous one stand for.
std::filesystem::path report_file_of(const std::filesystem::path& dataset);
std::filesystem::path key_file_of(const std::filesystem::path& dataset);

// A new dataset grows in "NAME.part" and is renamed when everything is durable; one that is added to changes
// in one step too. What a crash, a full disk (Errc::io) or a stop signal (Errc::interrupted) leaves is gone
// on with by the same command; any other error leaves nothing. The same images and recipe give the same bytes
// whatever the number of threads, interrupted or not.
//
// Errc::usage where the folder holds something else, or a dataset of another recipe or storage;
// Errc::bad_input where no image can be used or a class cannot be split. Shows a progress bar on a terminal.
CutResult cut(const CutOptions& options);

}  // namespace frag
