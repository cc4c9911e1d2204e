// The metadata files of a dataset as values and as bytes. Pure functions; docs/dataset-format.md has the
// layout.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "libfrag/dataset/fragment_bits.h"
#include "libfrag/dataset/recipe.h"
#include "libfrag/dataset/source_table.h"

namespace frag {

// A file of the store: a tar of many images, or one image by itself that is read by region.
struct Shard {
  std::string file;  // "store/00000.tar"
  std::uint64_t bytes = 0;
  std::string sha256;
};

// Everything that the metadata files say.
struct Tables {
  std::string parent;  // id of the dataset this one was made from; empty for none
  Recipe recipe;
  std::vector<std::string> classes;
  std::vector<Angle> angles;
  SourceTable sources;
  std::vector<Shard> shards;
  std::string in_place;    // the folder that holds the images, where they were not copied; else empty
  bool stripped = false;   // what is stored was encoded again and holds nothing but the pixels that are used
  bool anonymous = false;  // names and groups are hashes
  std::shared_ptr<LabelBits> labels = std::make_shared<LabelBits>();
};

// Takes bytes as they come.
using TextSink = std::function<void(std::string_view)>;
// Fills `buffer` and returns how many bytes it got; 0 at the end.
using TextSource = std::function<std::size_t(char* buffer, std::size_t capacity)>;

// sources.jsonl, line by line.
void write_sources(const SourceTable& sources, const TextSink& sink);

// Of a table, as dataset.json names it.
struct TableDigest {
  std::uint64_t bytes = 0;
  std::string sha256;
};
// dataset.json; `labels` matters only where the tables have some.
std::string encode_dataset(const Tables& tables, const TableDigest& sources, const TableDigest& labels);
// SHA256SUMS: of dataset.json and of everything that it names.
std::string encode_sums(const std::string& dataset_json);

// All of them in memory; equal tables give equal bytes. `labels` is empty where there are none.
struct MetadataFiles {
  std::string dataset_json;
  std::string sources_jsonl;
  std::string labels;
  std::string sha256sums;
  std::string signature;  // dataset.json.sig; empty for a dataset that nobody signed
};
MetadataFiles encode(const Tables& tables);

// The reverse, with every check of Catalog's constructor except the geometry's. Errc::bad_input that names
// file and line. The table is read in pieces: it is never in memory as text.
Tables decode_tables(std::string_view dataset_json, const TextSource& sources_jsonl, std::string_view labels);
Tables decode_tables(const MetadataFiles& files);

// The name of the labels' file where `dataset_json` names one; empty where every source has one class.
std::string labels_file_of(std::string_view dataset_json);

}  // namespace frag
