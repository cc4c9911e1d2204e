#include "libfrag/dataset/folder.h"

#include <algorithm>

#include "libfrag/base/digest.h"
#include "libfrag/base/error.h"
#include "libfrag/base/file.h"
#include "libfrag/base/signature.h"
#include "libfrag/dataset/layout.h"

namespace frag {
namespace {

namespace fs = std::filesystem;

constexpr const char* kNext = ".next";

fs::path next_of(const fs::path& folder, const char* name) {
  return folder / (std::string(name) + kNext);
}

// replace_metadata() writes the files under new names, the sums last, and then renames them. Once the new
// sums are there the change is decided, and whoever opens the folder finishes it; before, the old files are
// still whole.
void finish_replacement(const fs::path& folder) {
  if (!fs::exists(next_of(folder, kSumsFile))) return;
  for (const char* name : {kLabelsFile, kSourcesFile, kDatasetFile, kSumsFile}) {
    if (fs::exists(next_of(folder, name))) rename_durable(next_of(folder, name), folder / name);
  }
}

// Writes the metadata under its names with `suffix` and returns the dataset's id.
std::string write_files(const fs::path& folder, const Tables& tables, const std::string& suffix) {
  TableDigest sources, labels;
  {
    AtomicFile file(folder / (kSourcesFile + suffix));
    Sha256 digest;
    write_sources(tables.sources, [&](std::string_view line) {
      file.write(line);
      digest.update(line);
    });
    sources = {file.size(), digest.hex()};
    file.commit();
  }
  if (!tables.labels->empty()) {
    const std::string bytes = tables.labels->packed();
    labels = {bytes.size(), sha256_hex(bytes)};
    fs::create_directories((folder / kLabelsFile).parent_path());
    write_file_atomic(folder / (kLabelsFile + suffix), bytes);
  }
  const std::string dataset = encode_dataset(tables, sources, labels);
  write_file_atomic(folder / (kDatasetFile + suffix), dataset);
  write_file_atomic(folder / (kSumsFile + suffix), encode_sums(dataset));
  return sha256_hex(dataset);
}

}  // namespace

// Where a stored file lies.
struct DatasetFolder::Place {
  fs::path path;
  std::uint64_t offset = 0;
  const FileReader* reader = nullptr;  // none in place: those files are opened when they are asked for
  std::string shown;                   // for messages
};

DatasetFolder::DatasetFolder(const fs::path& path, std::int64_t whole_bytes)
    : path_(path), whole_bytes_(whole_bytes) {
  if (!fs::exists(path / kDatasetFile)) {
    const fs::path unfinished = (path.has_filename() ? path : path.parent_path()).string() + kUnfinished;
    if (!fs::exists(path) && fs::exists(unfinished)) {
      throw Error(Errc::not_found, path.string() +
                                       ": not whole yet: its cut was interrupted, or is still at work, in " +
                                       unfinished.string() + "; the same frag cut again goes on with it");
    }
    throw Error(Errc::not_found,
                path.string() + ": no dataset here (it has no dataset.json); make one with frag cut");
  }
  finish_replacement(path);
  try {
    dataset_json_ = read_file(path / kDatasetFile);
    add_file(kDatasetFile, sha256_hex(dataset_json_));
    const Json tables = json_get<Json>(parse_json(dataset_json_, kDatasetFile), "tables", kDatasetFile);
    for (const char* name : {kSourcesFile, kLabelsFile}) {
      if (tables.contains(name)) add_file(name, json_get<std::string>(tables[name], "sha256", kDatasetFile));
    }
    const std::string sums = read_file(path / kSumsFile);
    add_file(kSumsFile, sha256_hex(sums));
    if (fs::exists(path / kSignatureFile))
      add_file(kSignatureFile, sha256_hex(read_file(path / kSignatureFile)));
    catalog_ = std::make_unique<Catalog>(sha256_hex(dataset_json_), decode());
    first_shard_ = files_.size();
    for (const Shard& shard : catalog_->shards()) {
      add_file(shard.file, shard.sha256);
      if (files_.back().reader->size() != shard.bytes) {
        throw Error(Errc::bad_input, shard.file + ": " + std::to_string(files_.back().reader->size()) +
                                         " bytes where " + std::to_string(shard.bytes) + " were written");
      }
    }
  } catch (const Error& error) {
    throw Error(error.code(), "dataset " + path.string() + ": " + error.what());
  }
  verified_.resize(catalog_->sources().files(), false);
}

void DatasetFolder::add_file(const std::string& name, const std::string& sha256) {
  files_.push_back({name, sha256, std::make_unique<const FileReader>(path_ / name)});
}

Tables DatasetFolder::decode() const {
  const FileReader& rows = *files_[1].reader;
  std::uint64_t offset = 0;
  const auto read = [&rows, &offset](char* buffer, std::size_t capacity) {
    const auto count = static_cast<std::size_t>(std::min<std::uint64_t>(capacity, rows.size() - offset));
    rows.read_into(offset, buffer, count);
    offset += count;
    return count;
  };
  std::string labels;
  if (files_.size() > 2 && files_[2].name == kLabelsFile) {
    const FileReader& file = *files_[2].reader;
    labels = file.read(0, file.size());
  }
  return decode_tables(dataset_json_, read, labels);
}

Tables DatasetFolder::read_tables() const {
  return decode();
}

DatasetFolder::Place DatasetFolder::place_of(const SourceFile& file) const {
  if (file.shard == kNoShard) {
    const fs::path path = fs::path(catalog_->in_place()) / file.name;
    return {path, 0, nullptr, path.string()};
  }
  const DatasetFile& shard = files_[first_shard_ + file.shard];
  return {path_ / shard.name, file.offset, shard.reader.get(), shard.name};
}

namespace {

[[noreturn]] void damaged(const fs::path& dataset, const Source& row, const std::string& place) {
  const std::string way_out = row.file.shard == kNoShard
                                  ? "the file was changed after frag cut; put the old one back, or cut again"
                                  : "copy the dataset again";
  throw Error(Errc::bad_input, "dataset " + dataset.string() + ": source " + row.name + " in " + place +
                                   " is damaged (its SHA-256 is not the table's); " + way_out);
}

}  // namespace

std::string DatasetFolder::read_source(std::uint32_t source) const {
  const Source row = catalog_->sources()[source];
  const Place place = place_of(row.file);
  std::string bytes =
      place.reader != nullptr ? place.reader->read(place.offset, row.file.bytes) : read_file(place.path);
  if (sha256_hex(bytes) != row.file.sha256) damaged(path_, row, place.shown);
  return bytes;
}

void DatasetFolder::check_digest(const Source& row, const Place& place) const {
  std::string digest;
  if (place.reader != nullptr) {
    digest = sha256_of(*place.reader, place.offset, row.file.bytes);
  } else {
    const FileReader reader(place.path);
    digest = sha256_of(reader, 0, reader.size());
  }
  if (digest != row.file.sha256) damaged(path_, row, place.shown);
}

// A plain image is read, checked and decoded from memory. A file of many sources, or one that is large, is
// opened where it lies, checked once, and the last one stays open.
ImageFile DatasetFolder::open_file(std::uint32_t source, const Source& row) const {
  constexpr std::uint64_t kInMemory = std::uint64_t{64} << 20;
  const SourceTable& sources = catalog_->sources();
  const std::uint32_t number = sources.file_number(source);
  const bool shared = (source > 0 && sources.file_number(source - 1) == number) ||
                      (source + 1 < sources.size() && sources.file_number(source + 1) == number);
  const Place place = place_of(row.file);
  if (!shared && row.file.bytes <= kInMemory && !named_like_slide(place.path.string()))
    return ImageFile::from_bytes(read_source(source), row.file.name);
  const bool own_file = place.path.extension() != ".tar";

  const std::lock_guard lock(mutex_);
  if (open_ && open_number_ == number) return *open_;
  if (!verified_[number]) check_digest(row, place);
  verified_[number] = true;
  open_ = std::make_shared<const ImageFile>(
      own_file ? ImageFile::from_path(place.path)
               : ImageFile::from_part(place.path, place.offset, row.file.bytes, row.file.name));
  open_number_ = number;
  return *open_;
}

SourcePixels DatasetFolder::open_source(std::uint32_t source) const {
  const Source row = catalog_->sources()[source];
  return SourcePixels(open_file(source, row), row, catalog_->recipe(), whole_bytes_);
}

Image DatasetFolder::picture_of(std::uint32_t source) const {
  constexpr std::int64_t kOverview = 4096;
  const SourcePixels pixels = open_source(source);
  return pixels.by_region() ? pixels.overview(kOverview) : decode_source(source, pixels);
}

std::string replace_metadata(const fs::path& folder, const Tables& tables) {
  const std::string id = write_files(folder, tables, kNext);
  finish_replacement(folder);
  std::error_code ignored;
  fs::remove(folder / kSignatureFile, ignored);  // it was of the old one
  return id;
}

std::string write_metadata(const fs::path& folder, const Tables& tables) {
  return write_files(folder, tables, "");
}

}  // namespace frag
