// The names of everything in a dataset folder, made in one place. docs/dataset-format.md describes the
// contents.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace frag {

inline constexpr int kFormatVersion = 1;

inline constexpr const char* kDatasetFile = "dataset.json";
inline constexpr const char* kSourcesFile = "sources.jsonl";
inline constexpr const char* kLabelsFile = "labels/fragments.bin";
inline constexpr const char* kSumsFile = "SHA256SUMS";

// A shard is sealed once it holds this many bytes of files.
inline constexpr std::uint64_t kShardBytes = std::uint64_t{1} << 30;

// "store/00000.tar"; an image that is a shard by itself keeps its own extension.
std::string shard_file(std::uint32_t shard, const std::string& extension = ".tar");
// True for what shard_file() can give: nothing that leaves the store's folder.
bool is_shard_file(std::string_view name);

// The name of the number-th stored file inside its shard, "00000012.jpg": the names people gave their files
// stay in the table, where they can be left out.
std::string stored_name(std::uint64_t number, const std::string& extension);

}  // namespace frag
