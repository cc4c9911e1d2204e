// The two metadata files of a dataset as values and as bytes. Pure functions; docs/dataset-format.md has the
// layout.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "libfrag/dataset/catalog.h"
#include "libfrag/dataset/recipe.h"

namespace frag {

// A tar of the store.
struct Shard {
  std::uint64_t bytes = 0;
  std::string sha256;
};

// Everything that dataset.json and sources.jsonl say.
struct Tables {
  std::string parent;  // id of the dataset this one was made from; empty for none
  Recipe recipe;
  std::vector<std::string> classes;
  std::vector<Angle> angles;
  std::vector<Source> sources;
  std::vector<Shard> shards;
};

// The bytes of the three files; equal tables give equal bytes.
struct MetadataFiles {
  std::string dataset_json;
  std::string sources_jsonl;
  std::string sha256sums;
};
MetadataFiles encode(const Tables& tables);

// The reverse, with every check of Catalog's constructor except the geometry's. Errc::bad_input that names
// file and line.
Tables decode_tables(std::string_view dataset_json, std::string_view sources_jsonl);

// Numbers the sources' fragments: first_fragment and fragments of every source, from its size and the recipe.
void number_fragments(Tables& tables);

}  // namespace frag
