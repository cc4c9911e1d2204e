// pack.json: what an export is, which of its files are whole, and how far it got.
//
// It is rewritten, in one step, each time a file of the export is whole, so that a run that was stopped goes
// on behind it, and it carries the digests that `frag verify` checks. docs/exports.md has the layout. Values;
// the functions are pure except where they name a folder.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "libfrag/archive/sample_tar.h"
#include "libfrag/archive/shard_writer.h"
#include "libfrag/cutting/pack_order.h"

namespace frag {

inline constexpr int kPackVersion = 1;

enum class PackLayout { webdataset, imagefolder, coordinates };

const char* name_of(PackLayout layout);
// Errc::usage that lists the names.
PackLayout parse_pack_layout(std::string_view name);

// Everything that decides the bytes of an export. Parts of one export have equal recipes.
struct PackRecipe {
  std::string dataset;  // id
  PackLayout layout = PackLayout::webdataset;
  SampleFormat format = SampleFormat::png;  // not of coordinates
  int quality = kSampleJpegQuality;         // of JPEG
  std::vector<std::string> splits;
  std::optional<std::uint64_t> count;  // of each split
  std::uint64_t seed = 0;
  std::uint64_t parts = 1;
  std::uint64_t window_bytes = 0;     // see pack_order.h
  std::uint64_t shard_bytes = 0;      // a tar holds at most so many, unless one fragment is larger
  std::uint64_t shard_fragments = 0;  // and at most so many fragments

  bool operator==(const PackRecipe&) const = default;
};

// How far a split got.
struct PackedSplit {
  std::string name;
  std::uint64_t fragments = 0;    // of this part
  std::uint64_t written = 0;      // of them, safely
  std::uint64_t table_bytes = 0;  // imagefolder: of metadata.csv so far

  bool operator==(const PackedSplit&) const = default;
};

struct PackManifest {
  PackRecipe recipe;
  std::uint64_t part = 1;
  std::vector<std::string> classes;
  std::vector<PackedSplit> splits;
  std::vector<std::pair<std::string, ShardSummary>> shards;  // webdataset: with the split
  std::vector<std::pair<std::string, StatedFile>> tables;    // CSVs: with the split, "" for all of them
  bool complete = false;

  bool operator==(const PackManifest&) const = default;
};

std::string encode(const PackManifest& manifest);
// Errc::bad_input that names `name` and the key.
PackManifest decode_pack_manifest(std::string_view json, const std::string& name);

// "" for an export in one part, else "-03of16": what the names of a part's files carry.
std::string part_suffix(std::uint64_t part, std::uint64_t parts);
// "pack.json", "pack-03of16.json".
std::string manifest_name(std::uint64_t part, std::uint64_t parts);
std::string sums_name(std::uint64_t part, std::uint64_t parts);

// The manifests in a folder, of all parts, sorted by name.
std::vector<std::filesystem::path> find_manifests(const std::filesystem::path& folder);

// The lines of SHA256SUMS for everything that the manifest states, and the manifest itself.
std::string pack_sums(const PackManifest& manifest);

// `name` as a file or folder name on every system: letters, digits, "-", "_", inner dots and anything beyond
// ASCII stay, the rest becomes "_". Never empty, never hidden.
std::string safe_file_name(const std::string& name);
// safe_file_name() of each; Errc::bad_input that names both where two would meet (letters' case aside).
std::vector<std::string> safe_file_names(const std::vector<std::string>& names, const std::string& what);

}  // namespace frag
