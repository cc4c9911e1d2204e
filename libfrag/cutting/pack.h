// Fragments as files, for those who want files: WebDataset shards, class folders, or a table of coordinates.
//
// One thread calls; the work inside is parallel and its result does not depend on the number of threads.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "libfrag/cutting/pack_manifest.h"

namespace frag {

struct PackOptions {
  std::filesystem::path dataset;
  std::filesystem::path folder;  // made where it is missing
  PackLayout layout = PackLayout::webdataset;
  SampleFormat format = SampleFormat::png;
  int quality = kSampleJpegQuality;
  std::optional<std::string> split;    // absent: all of them
  std::optional<std::uint64_t> count;  // a balanced draw of each split; absent: everything
  std::uint64_t seed = 0;
  PackPart part;
  std::uint64_t shard_bytes = 1'000'000'000;
  std::uint64_t shard_fragments = 100'000;
  // For decoded sources and waiting fragments. Two thirds of it bound a window of the shuffle.
  std::uint64_t memory_bytes = std::uint64_t{768} << 20;
  bool force = false;  // starts over where this part stands already
};

struct PackResult {
  PackManifest manifest;
  std::uint64_t fragments = 0;  // in this part
  std::uint64_t written = 0;    // by this call; the rest was there
  std::uint64_t bytes = 0;      // of the files that the manifest states
};

// Writes an export, or goes on with one that was stopped. Every file has its final name only when it is
// whole; pack.json says which are. Raw bodies, names and order are equal on every machine; PNG and JPEG bytes
// are equal for one version of the libraries.
//
// Errc::usage for options that contradict each other, Errc::refused where the folder holds another export or
// another process writes this part, Errc::not_found for an unknown split, Errc::io for the disk,
// Errc::interrupted after a stop signal: then the same call goes on.
PackResult pack(const PackOptions& options);

}  // namespace frag
