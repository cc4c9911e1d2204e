// The pictures of WebDataset tars on this machine's disk, as sources of one fragment each.
//
// Any number of threads may read at once; few tars are open at a time.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "libfrag/dataset/source_store.h"
#include "libfrag/fetching/open_files.h"
#include "libfrag/fetching/shard_catalog.h"

namespace frag {

class ShardStore : public SourceStore {
 public:
  explicit ShardStore(ShardCatalog catalog);

  const Catalog& catalog() const override { return catalog_.catalog; }
  // What people should know of these tars, a line each.
  const std::vector<std::string>& notes() const { return catalog_.notes; }

  // Errc::bad_input that names tar and member where its bytes are no longer those of the catalogue, or are no
  // picture of the size that the catalogue has.
  SourcePixels open_source(std::uint32_t source) const override;
  // The digests in the table are of the pictures as the tars have them; open_source() compares them.
  bool knows_pixels() const override { return false; }

 private:
  const ShardCatalog catalog_;
  mutable OpenFiles tars_;
};

// Opens what names_shards() is true of. Errors as find_shards() and read_shard_catalog().
std::unique_ptr<ShardStore> open_shards(const std::vector<std::string>& places);

}  // namespace frag
