// One image file on its way into a dataset: decoded, measured, its fragments told apart. Pure but for reading
// the file; any number of threads may examine at once.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "libfrag/cutting/file_state.h"
#include "libfrag/dataset/labels.h"
#include "libfrag/dataset/recipe.h"
#include "libfrag/dataset/source_pixels.h"
#include "libfrag/dataset/source_table.h"
#include "libfrag/image/read.h"

namespace frag {

// Which fragments of a source belong to a class: a bit a fragment.
struct ClassBits {
  std::string class_name;
  std::vector<bool> bits;
};

// A source as far as its own file can say: no class number, no place in a store, no group.
struct ExaminedSource {
  Source row;
  std::string class_name;                   // empty where its fragments have classes of their own
  std::vector<ClassBits> kept;              // empty where all fragments are of class_name
  std::optional<std::string> group, split;  // where the labels state them
};

// How a file's bytes go into the dataset.
enum class Storage {
  copy,      // byte for byte
  strip,     // encoded again without loss: what the recipe keeps of it, and nothing else
  in_place,  // not at all: the dataset refers to the file where it is
};

struct Examination {
  std::string name;  // relative to the image folder
  FileState state;   // to know it again
  std::vector<ExaminedSource> sources;
  // Why the file, or some of its pages, gave no source.
  std::vector<std::string> problems;
  // What is to be stored: one body for all sources, or one a source where pixels were encoded again; nothing
  // where the file itself is copied from its place (`stored_from_path`) or stays there.
  std::vector<std::string> bodies;
  std::string extension;  // of the stored file
  bool stored_from_path = false;
};

// Everything that examining needs besides the file.
struct ExamineSettings {
  const Recipe& recipe;
  const std::vector<Angle>& angles;
  Storage storage = Storage::copy;
  std::int64_t whole_bytes = SourcePixels::kWholeBytes;  // larger sources are read by region
};

// Pages and boxes of a file are sources of their own, with names of their own: "a.tif#2",
// "a.tif#2#0,0,64,64".
std::string source_name(const LabelledFile& entry, const ImageFile& file, std::uint32_t page);

// `entries` are all of one file: pages or boxes of it, or the file as a whole. A bad image is data: it comes
// back with problems. Errc::io where the disk fails.
Examination examine(std::span<const LabelledFile> entries, const ExamineSettings& settings);

}  // namespace frag
