// A dataset on disk, opened for reading: its catalogue, its files' bytes, its sources' pixels.
//
// Immutable after construction; any number of threads may read.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "libfrag/base/file.h"
#include "libfrag/dataset/catalog.h"
#include "libfrag/dataset/tables.h"
#include "libfrag/image/image.h"

namespace frag {

class DatasetFolder {
 public:
  // Errc::not_found where `path` is no dataset, Errc::bad_input where its files contradict each other. A
  // `frag split` that was interrupted between its two renames is completed first.
  explicit DatasetFolder(const std::filesystem::path& path);

  const std::filesystem::path& path() const { return path_; }
  const Catalog& catalog() const { return *catalog_; }
  const MetadataFiles& metadata() const { return metadata_; }

  // The stored file of a source, byte for byte; Errc::bad_input where its SHA-256 is not the table's.
  std::string read_source(std::uint32_t source) const;

  // The pixels that fragments of a source are rendered from; Errc::bad_input where their digest is not the
  // table's: then this machine's decoder disagrees with the one that cut the dataset.
  Image decode_source(std::uint32_t source) const;

  std::uint32_t shards() const { return static_cast<std::uint32_t>(shards_.size()); }
  const FileReader& shard(std::uint32_t number) const { return *shards_[number]; }
  // The shard's SHA-256 as the dataset states it.
  const std::string& shard_digest(std::uint32_t number) const { return shard_digests_[number]; }

 private:
  std::filesystem::path path_;
  MetadataFiles metadata_;
  std::unique_ptr<const Catalog> catalog_;
  std::vector<std::unique_ptr<const FileReader>> shards_;
  std::vector<std::string> shard_digests_;
};

// Replaces the metadata of the dataset in `folder` in one step that a crash cannot halve.
void replace_metadata(const std::filesystem::path& folder, const MetadataFiles& files);

}  // namespace frag
