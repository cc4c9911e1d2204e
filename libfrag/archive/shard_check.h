// Is a shard what was written? Member by member, with the range of bytes that is wrong.
//
// Pure functions of the files; any thread.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "libfrag/archive/shard_index.h"
#include "libfrag/base/file.h"

namespace frag {

// Something wrong in a file. `member` is the part of it that suffers (a tar member, a source's name), empty
// where it is the file as a whole. Bytes [first, end) hold the damage; both 0 where no range is known.
struct Damage {
  std::string file;
  std::string member;
  std::uint64_t first = 0;
  std::uint64_t end = 0;
  std::string problem;

  bool operator==(const Damage&) const = default;
};

struct ShardReport {
  std::uint64_t members = 0;  // looked at
  std::string sha256;         // of the whole file; empty where it was not computed
  std::vector<Damage> damage;
};

enum class PixelCheck {
  skip,
  decode,  // raw and PNG members against the digest in their KEY.json
};

// Compares a shard with its index: the digest of every member, and every byte between them with what a tar of
// these members has there. `name` stands in the report. An error of the disk throws.
ShardReport check_shard(const FileReader& shard, const std::string& name,
                        const std::vector<ShardEntry>& index, PixelCheck pixels = PixelCheck::skip);

// The same without an index: by the structure of the tar, and the pixel digests in the KEY.json members. A
// JPEG has no digest of its own and is only decoded.
ShardReport check_lone_shard(const FileReader& shard, const std::string& name);

}  // namespace frag
