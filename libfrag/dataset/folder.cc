#include "libfrag/dataset/folder.h"

#include "libfrag/base/digest.h"
#include "libfrag/base/error.h"
#include "libfrag/dataset/layout.h"
#include "libfrag/dataset/pixels.h"

namespace frag {
namespace {

constexpr const char* kNext = ".next";

std::filesystem::path next_of(const std::filesystem::path& folder, const char* name) {
  return folder / (std::string(name) + kNext);
}

// replace_metadata() writes all three files under new names, the sums last, and then renames them. Once the
// new sums are there the change is decided, and whoever opens the folder finishes it; before, the old files
// are still whole.
void finish_replacement(const std::filesystem::path& folder) {
  if (!std::filesystem::exists(next_of(folder, kSumsFile))) return;
  for (const char* name : {kSourcesFile, kDatasetFile, kSumsFile}) {
    if (std::filesystem::exists(next_of(folder, name))) rename_durable(next_of(folder, name), folder / name);
  }
}

}  // namespace

DatasetFolder::DatasetFolder(const std::filesystem::path& path) : path_(path) {
  if (!std::filesystem::exists(path / kDatasetFile)) {
    throw Error(Errc::not_found,
                path.string() + ": no dataset here (it has no dataset.json); make one with frag cut");
  }
  finish_replacement(path);
  try {
    metadata_.dataset_json = read_file(path / kDatasetFile);
    metadata_.sources_jsonl = read_file(path / kSourcesFile);
    metadata_.sha256sums = read_file(path / kSumsFile);
    const Tables tables = decode_tables(metadata_.dataset_json, metadata_.sources_jsonl);
    catalog_ = std::make_unique<Catalog>(metadata_.dataset_json, metadata_.sources_jsonl);
    for (std::uint32_t i = 0; i < tables.shards.size(); ++i) {
      shards_.push_back(std::make_unique<FileReader>(path / shard_file(i)));
      shard_digests_.push_back(tables.shards[i].sha256);
      if (shards_.back()->size() != tables.shards[i].bytes) {
        throw Error(Errc::bad_input, shard_file(i) + ": " + std::to_string(shards_.back()->size()) +
                                         " bytes where " + std::to_string(tables.shards[i].bytes) +
                                         " were written");
      }
    }
  } catch (const Error& error) {
    throw Error(error.code(), "dataset " + path.string() + ": " + error.what());
  }
}

std::string DatasetFolder::read_source(std::uint32_t source) const {
  const Source& row = catalog_->sources()[source];
  std::string bytes = shards_[row.shard]->read(row.offset, row.bytes);
  if (sha256_hex(bytes) != row.sha256) {
    throw Error(Errc::bad_input, "dataset " + path_.string() + ": source " + row.name + " in " +
                                     shard_file(row.shard) +
                                     " is damaged (its SHA-256 is not the table's); copy the dataset again");
  }
  return bytes;
}

Image DatasetFolder::decode_source(std::uint32_t source) const {
  const Source& row = catalog_->sources()[source];
  Image pixels = source_pixels(read_source(source), catalog_->recipe());
  if (pixel_digest(pixels) != row.pixels) {
    throw Error(Errc::bad_input, "source " + row.name +
                                     " decodes to other pixels here than where it was cut: this " +
                                     "machine's image libraries differ, and its fragments would too");
  }
  return pixels;
}

void replace_metadata(const std::filesystem::path& folder, const MetadataFiles& files) {
  write_file_atomic(next_of(folder, kSourcesFile), files.sources_jsonl);
  write_file_atomic(next_of(folder, kDatasetFile), files.dataset_json);
  write_file_atomic(next_of(folder, kSumsFile), files.sha256sums);
  finish_replacement(folder);
}

}  // namespace frag
