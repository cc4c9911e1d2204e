// A shard being written: a tar of fragments and the index of its members, both there only when both are
// whole.
//
// One thread.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "libfrag/archive/sample_tar.h"
#include "libfrag/archive/shard_index.h"
#include "libfrag/base/digest.h"
#include "libfrag/base/file.h"

namespace frag {

// A file as a manifest states it.
struct StatedFile {
  std::string file;  // relative to the manifest's folder
  std::uint64_t bytes = 0;
  std::string sha256;

  bool operator==(const StatedFile&) const = default;
};

// What a finished shard holds.
struct ShardSummary {
  StatedFile tar;
  StatedFile index;
  std::uint64_t fragments = 0;
  std::vector<std::uint64_t> by_class;  // fragments of each class

  bool operator==(const ShardSummary&) const = default;
};

class ShardWriter {
 public:
  // Opens FOLDER/STEM.tar and FOLDER/STEM.index.jsonl under temporary names. `classes` is how many there are.
  ShardWriter(const std::filesystem::path& folder, std::string stem, std::size_t classes);

  // `group`: the number of the first source in the fragment's group.
  void add(const EncodedFragment& fragment, std::uint64_t group);
  std::uint64_t fragments() const { return summary_.fragments; }
  // The tar's size in bytes if it ended behind `fragment`.
  std::uint64_t bytes_with(const EncodedFragment& fragment) const;

  // Gives both files their names, the tar last: where there is a tar, its index is there, too.
  ShardSummary finish();

 private:
  std::string stem_;
  AtomicFile tar_file_;
  AtomicFile index_file_;
  Sha256 tar_sha_;
  Sha256 index_sha_;
  TarWriter tar_;
  ShardSummary summary_;
};

}  // namespace frag
