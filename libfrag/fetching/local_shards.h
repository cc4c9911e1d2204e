// The tars that a user means: a folder of shards, "train-{000000..000146}.tar", or files one by one.
//
// Pure functions of the file system; any thread.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "libfrag/cutting/pack_manifest.h"

namespace frag {

struct LocalShard {
  std::filesystem::path tar;
  std::filesystem::path index;               // NAME.index.jsonl beside it; empty where there is none
  std::string split;                         // as pack.json or the tar's name has it; empty: neither does
  std::shared_ptr<const PackManifest> pack;  // the export that it is of; none for tars of other people
  const ShardSummary* stated = nullptr;      // what `pack` says of it
};

// Whether `place` means tars: a name that ends with ".tar" (or ".tar.gz", ".tgz": find_shards() says what to
// do), or a folder that holds some and is no dataset.
bool names_shards(const std::string& place);

// The tars of all places, by name, so that the order in which they are named does not matter. Of a folder
// that has a pack.json those of its export. Errc::not_found for what is not there, Errc::usage for a bad
// pattern, a compressed tar and one that is named twice, Errc::refused for an export that is unfinished, and
// for tars that are not of one export all.
std::vector<LocalShard> find_shards(const std::vector<std::string>& places);

// "train", "val" or "test" for a usual name of it ("Validation", "valid"); "fold3" for itself; else empty.
std::string usual_split(std::string_view name);

}  // namespace frag
