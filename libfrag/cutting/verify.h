// Are the files still what was written? A dataset, an export of frag pack, or a single shard, against its
// digests.
//
// One thread calls; files and sources are checked in parallel, and reports come in the same order each time.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "libfrag/archive/shard_check.h"
#include "libfrag/base/json.h"

namespace frag {

struct VerifyReport {
  std::string place;
  std::string kind;           // "dataset", "pack" or "shard"
  std::uint64_t files = 0;    // compared with their digests
  std::uint64_t members = 0;  // within them: sources of a dataset, tar members of shards, images of folders
  std::vector<Damage> damage;
  std::vector<std::string> notes;  // what could not be compared, and why

  std::uint64_t unfinished = 0;  // of `damage`: parts of an export that were never finished
  bool in_place = false;         // a dataset whose images lie elsewhere

  bool whole() const { return damage.empty(); }
};

// Checks what `place` holds. Damage is data in the report; Errc::not_found where there is nothing to check,
// Errc::io where a file cannot be read. With PixelCheck::decode every source (of a dataset) or every raw and
// PNG fragment (of an export) is decoded and compared with its pixel digest, too. Shows a progress bar on a
// terminal.
VerifyReport verify(const std::filesystem::path& place, PixelCheck pixels = PixelCheck::skip);

Json to_json(const VerifyReport& report);
// "train-000000.tar: bytes 512 to 1023 (000000000017.png): ..."
std::string to_line(const Damage& damage);

}  // namespace frag
