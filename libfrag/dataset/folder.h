// A dataset on disk, opened for reading: its catalogue, its files' bytes, its sources' pixels.
//
// Any number of threads may read.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <vector>

#include "libfrag/base/file.h"
#include "libfrag/dataset/catalog.h"
#include "libfrag/dataset/source_store.h"
#include "libfrag/dataset/tables.h"
#include "libfrag/image/image.h"

namespace frag {

// A file of the dataset as whoever copies it sees it.
struct DatasetFile {
  std::string name;  // relative to the dataset's folder, with forward slashes
  std::string sha256;
  std::unique_ptr<const FileReader> reader;
};

class DatasetFolder : public SourceStore {
 public:
  // Errc::not_found where `path` is no dataset, Errc::bad_input where its files contradict each other. A
  // `frag split` that was interrupted between its renames is completed first. Sources whose pixels take more
  // than `whole_bytes` are read by region.
  explicit DatasetFolder(const std::filesystem::path& path,
                         std::int64_t whole_bytes = SourcePixels::kWholeBytes);

  const std::filesystem::path& path() const { return path_; }
  const Catalog& catalog() const override { return *catalog_; }
  const std::string& dataset_json() const { return dataset_json_; }

  // Every file of the dataset: the metadata, then the store. The files stay those that were opened, even when
  // `frag split` replaces them.
  std::span<const DatasetFile> files() const { return files_; }

  // The stored file of a source, byte for byte; Errc::bad_input where its SHA-256 is not the table's.
  std::string read_source(std::uint32_t source) const;

  SourcePixels open_source(std::uint32_t source) const override;
  // A picture of the source for comparing: all its pixels, or where it is read by region an overview of at
  // most 4,096 pixels an edge.
  Image picture_of(std::uint32_t source) const;
  // A Tables to change and write again.
  Tables read_tables() const;

 private:
  struct Place;
  Place place_of(const SourceFile& file) const;
  void check_digest(const Source& row, const Place& place) const;
  ImageFile open_file(std::uint32_t source, const Source& row) const;
  void add_file(const std::string& name, const std::string& sha256);
  Tables decode() const;

  std::filesystem::path path_;
  std::int64_t whole_bytes_;
  std::string dataset_json_;
  std::vector<DatasetFile> files_;
  std::size_t first_shard_ = 0;  // index into files_
  std::unique_ptr<const Catalog> catalog_;

  mutable std::mutex mutex_;            // guards all below
  mutable std::vector<bool> verified_;  // files of many sources, or read by region, whose digest was checked
  // The file of many sources that was opened last: its next page is asked for next.
  mutable std::uint32_t open_number_ = 0;
  mutable std::shared_ptr<const ImageFile> open_;
};

// Replaces the metadata of the dataset in `folder` in one step that a crash cannot halve, and returns the
// dataset's new id.
std::string replace_metadata(const std::filesystem::path& folder, const Tables& tables);
// Writes the metadata into a folder that is no dataset yet.
std::string write_metadata(const std::filesystem::path& folder, const Tables& tables);

}  // namespace frag
