// A dataset's table in memory: which sources there are, and what every fragment id means.
//
// Immutable after construction: any number of threads may use it. It holds no pixels and opens no file, so
// that a node that only talks to mirrors has the same catalogue as the mirror (docs/dataset-format.md
// describes the two files).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "libfrag/dataset/recipe.h"
#include "libfrag/geometry/tiling.h"

namespace frag {

using FragmentId = std::uint64_t;

// A line of sources.jsonl.
struct Source {
  std::string name;  // the path it was cut from, relative to the image folder, for people
  std::uint32_t class_number = 0;
  std::string group;       // sources of one group never lie on two sides of a split
  std::string split;       // "train", "val", "test", or "fold0", "fold1", ...
  std::int64_t width = 0;  // pixels, as decoded and turned upright
  std::int64_t height = 0;
  std::int64_t channels = 1;
  std::string file;  // its name in the store
  std::uint32_t shard = 0;
  std::uint64_t offset = 0;  // of the file's first byte in its shard
  std::uint64_t bytes = 0;
  std::string sha256;  // of the file
  std::string pixels;  // pixel_digest() of what the fragments are rendered from
  FragmentId first_fragment = 0;
  std::uint64_t fragments = 0;
};

// Where a fragment lies.
struct FragmentAddress {
  std::uint32_t source = 0;
  TileAddress tile;
};

class Catalog {
 public:
  // From the bytes of dataset.json and sources.jsonl. Checks the digest of the table, that ids are dense,
  // that counts follow from the geometry's own counting and that classes and splits exist; Errc::bad_input
  // that names the line.
  Catalog(std::string_view dataset_json, std::string_view sources_jsonl);

  // SHA-256 of dataset.json.
  const std::string& id() const { return id_; }
  // The id of the dataset that this one was made from, empty for a first one.
  const std::string& parent() const { return parent_; }
  const Recipe& recipe() const { return recipe_; }
  const std::vector<Angle>& angles() const { return angles_; }
  const std::vector<std::string>& classes() const { return classes_; }
  // The names of the sides, in the order train, val, test or fold0, fold1, ...; only sides that hold sources.
  const std::vector<std::string>& splits() const { return splits_; }
  const std::vector<Source>& sources() const { return sources_; }
  std::uint64_t fragments() const { return fragments_; }

  // The source and tile of an id; Errc::not_found where id >= fragments(). O(log sources).
  FragmentAddress locate(FragmentId id) const;
  std::uint32_t source_of(FragmentId id) const;

  // The tiling of a source: shared by all sources of one size.
  const Tiling& tiling(std::uint32_t source) const;

 private:
  void lay_tilings();

  std::string id_;
  std::string parent_;
  Recipe recipe_;
  std::vector<Angle> angles_;
  std::vector<std::string> classes_;
  std::vector<std::string> splits_;
  std::vector<Source> sources_;
  std::vector<Tiling> tilings_;           // one a size
  std::vector<std::uint32_t> tiling_of_;  // index into tilings_, a source
  std::uint64_t fragments_ = 0;
};

}  // namespace frag
