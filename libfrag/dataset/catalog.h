// A dataset's table in memory: which sources there are, and what every fragment id means.
//
// Immutable after construction: any number of threads may use it. It holds no pixels and opens no file, so
// that a node that only talks to mirrors has the same catalogue as the mirror (docs/dataset-format.md
// describes the files).
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "libfrag/dataset/recipe.h"
#include "libfrag/dataset/source_table.h"
#include "libfrag/dataset/tables.h"
#include "libfrag/geometry/tiling.h"

namespace frag {

// Where a fragment lies.
struct FragmentAddress {
  std::uint32_t source = 0;
  TileAddress tile;
};

// Fragments of one class within one source: all of its ids, or those whose bit is set.
struct ClassRun {
  std::uint32_t class_number = 0;
  FragmentId first = 0;  // of the source
  std::uint64_t count = 0;
  std::optional<FragmentBits> bits;
};

class Catalog {
 public:
  // `id` is the SHA-256 of dataset.json. Checks that counts follow from the geometry's own counting;
  // Errc::bad_input that names the line.
  Catalog(std::string id, Tables tables);
  // From the bytes of the metadata files, with the checks of decode_tables().
  explicit Catalog(const MetadataFiles& files);

  // SHA-256 of dataset.json.
  const std::string& id() const { return id_; }
  // The id of the dataset that this one was made from, empty for a first one.
  const std::string& parent() const { return tables_.parent; }
  const Recipe& recipe() const { return tables_.recipe; }
  const std::vector<Angle>& angles() const { return tables_.angles; }
  const std::vector<std::string>& classes() const { return tables_.classes; }
  // The names of the sides, in the order train, val, test or fold0, fold1, ...; only sides that hold sources.
  const std::vector<std::string>& splits() const { return splits_; }
  const SourceTable& sources() const { return tables_.sources; }
  const std::vector<Shard>& shards() const { return tables_.shards; }
  // The folder of the images where they are not in the store; empty where they are.
  const std::string& in_place() const { return tables_.in_place; }
  bool stripped() const { return tables_.stripped; }
  bool anonymous() const { return tables_.anonymous; }
  // Ids are below this.
  std::uint64_t fragments() const { return tables_.sources.total_fragments(); }
  // Fragments that have a class: all but those left out.
  std::uint64_t kept() const { return kept_; }

  // The source and tile of an id; Errc::not_found where id >= fragments(). O(log sources).
  FragmentAddress locate(FragmentId id) const;
  std::uint32_t source_of(FragmentId id) const;
  // The class of a fragment; nothing for one that was left out.
  std::optional<std::uint32_t> class_of(FragmentId id) const;
  // The name of that class; empty for a fragment that was left out.
  std::string class_name(FragmentId id) const;

  // The kept fragments of a source, by class.
  std::vector<ClassRun> runs(std::uint32_t source) const;
  // The bitmaps that runs() refers to, for whoever outlives the catalogue.
  std::shared_ptr<const LabelBits> labels() const { return tables_.labels; }

  // The tiling of a source: shared by all sources of one size.
  const Tiling& tiling(std::uint32_t source) const { return tilings_[tiling_of_[source]]; }

 private:
  void lay_tilings();

  std::string id_;
  Tables tables_;
  std::vector<std::string> splits_;
  std::vector<Tiling> tilings_;           // one a size
  std::vector<std::uint32_t> tiling_of_;  // index into tilings_, a source
  std::uint64_t kept_ = 0;
};

}  // namespace frag
