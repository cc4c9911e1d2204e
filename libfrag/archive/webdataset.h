// Tars as WebDataset has them: neighbours in a tar whose names agree up to the first dot of the basename are
// one sample. What makes a sample trainable here is a picture, and a class in KEY.cls or KEY.json.
//
// Pure functions, but for what their readers read; any thread.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "libfrag/archive/shard_index.h"
#include "libfrag/archive/tar.h"
#include "libfrag/base/file.h"

namespace frag {

// "train/cat/001.seg.png" is the file "seg.png" of the sample "train/cat/001".
struct SampleName {
  std::string key;
  std::string extension;  // in lower case, without the first dot
};
// nullopt for members that belong to no sample: folders, names without a dot or with nothing before it, and
// names that begin with "__x__".
std::optional<SampleName> split_sample_name(std::string_view name);

// Whether files of that extension are pictures: jpg, png, tif, ..., and raw.
bool is_picture(std::string_view extension);

// One sample of a tar, as far as training goes.
struct ShardSample {
  std::string key;
  std::optional<ShardMember> picture;  // the first one
  std::string pixels;                  // the picture's bytes, where they were read
  std::optional<std::string> cls;      // KEY.cls
  std::optional<std::string> json;     // KEY.json
  std::optional<std::uint64_t> group;  // as the index has it
  std::string problem;                 // why it cannot be used; empty where nothing is known against it
};
using TakeSample = std::function<void(ShardSample sample)>;

// Reads a tar from end to end. Returns the byte behind its last member; a whole archive has 1,024 more.
// Errc::bad_input for a member that a sample has twice, and for a tar that is damaged or cut short: it says
// up to where the tar is whole.
std::uint64_t read_samples(ByteSource tar, const TakeSample& take);

// The samples of a tar by the lines of its index, `index_name`; of the tar only KEY.json is read.
// Errc::bad_input for a line that is none, and for a tar that ends before a member: it says up to where the
// tar is whole.
void read_indexed_samples(const FileReader& tar, std::string_view index, const std::string& index_name,
                          const TakeSample& take);

// What KEY.json says that matters here; anything else in it is not looked at.
struct SampleFacts {
  std::optional<std::uint32_t> class_number;  // "class": 3
  std::string class_name;                     // "class": "cells"
  std::string split;
  std::string group;  // "group", else "source" where that is a number: "source-17"
  // Of the picture; 0 where one of the four is not there, or is none.
  std::int64_t width = 0, height = 0, channels = 0;
  int bits = 0;
};
// Errc::bad_input that begins with `what` where the text is no JSON, or "class" or "group" is neither text
// nor a number. JSON that is no object says nothing.
SampleFacts read_facts(std::string_view json, const std::string& what);

// The largest class number that KEY.cls or KEY.json may have.
inline constexpr std::uint32_t kMostClassNumber = 65'535;
// KEY.cls: a decimal number. Errc::bad_input that begins with `what`.
std::uint32_t parse_class(std::string_view text, const std::string& what);

}  // namespace frag
