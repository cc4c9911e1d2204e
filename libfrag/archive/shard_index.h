// The index beside a shard: where each member's bytes lie in the tar, and their digests.
//
// A line of JSON a fragment, in the order of the tar, so that a loader can fetch one fragment by a range, and
// a check can say which member is wrong:
//   {"key":"000000000017","class":0,"members":{"png":[512,31245,"<xxh3-128>"],"cls":[...],"json":[...]},
//    "group":3}
// A member's numbers are the offset of its first byte in the tar and its length in bytes. The group is the
// number of its first source in the dataset. Pure functions.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace frag {

struct ShardMember {
  std::string extension;     // "png"; the member's name in the tar is KEY.EXTENSION
  std::uint64_t offset = 0;  // of the first byte of the data; its header is the 512 bytes before
  std::uint64_t bytes = 0;
  std::string digest;  // XXH3-128 of the data

  bool operator==(const ShardMember&) const = default;
};

struct ShardEntry {
  std::string key;
  std::uint32_t class_number = 0;
  std::vector<ShardMember> members;         // in the order of the tar
  std::optional<std::uint64_t> group = {};  // sources of one group never lie on two sides of a split

  bool operator==(const ShardEntry&) const = default;
};

// One line with its newline.
std::string to_line(const ShardEntry& entry);

// The reverse, of a line without its newline; Errc::bad_input that begins with `what`.
ShardEntry parse_shard_line(std::string_view line, const std::string& what);

// The whole of an index; Errc::bad_input that names `name` and the line.
std::vector<ShardEntry> parse_shard_index(std::string_view text, const std::string& name);

// "train-000000.tar" and "train-000000.index.jsonl" for the stem "train-000000".
std::string shard_tar_name(const std::string& stem);
std::string shard_index_name(const std::string& stem);

}  // namespace frag
