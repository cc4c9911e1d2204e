// A dataset against its digests: every file of SHA256SUMS, every stored source, and on request its pixels.
#include <algorithm>
#include <memory>

#include "libfrag/base/digest.h"
#include "libfrag/base/error.h"
#include "libfrag/cutting/verify_checks.h"
#include "libfrag/dataset/folder.h"
#include "libfrag/dataset/layout.h"

namespace frag {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kSourcesInACheck = 16;

// A dataset's tables and tars, as far as they can be read.
struct Place {
  std::unique_ptr<DatasetFolder> folder;  // absent where the dataset does not open: no pixels then
  Tables tables;
  std::vector<std::unique_ptr<FileReader>> shards;  // absent where one is missing
};

// The file that holds a source: a shard, or for a dataset in place the image itself, which `own` keeps open.
// Null where there is none.
const FileReader* open_place(const Place& place, const SourceFile& file, std::unique_ptr<FileReader>& own) {
  if (file.shard != kNoShard) return place.shards[file.shard].get();
  try {
    own = std::make_unique<FileReader>(fs::path(place.tables.in_place) / file.name);
  } catch (const Error& error) {
    if (error.code() != Errc::not_found) throw;
  }
  return own.get();
}

void check_source(const Place& place, std::uint32_t number, PixelCheck pixels, VerifyReport& report) {
  const Source& source = place.tables.sources[number];
  const SourceFile& file = source.file;
  const bool in_place = file.shard == kNoShard;
  std::unique_ptr<FileReader> own;
  const FileReader* shard = open_place(place, file, own);
  if (shard == nullptr && !in_place) return;  // reported as a file
  ++report.members;
  Damage damage{in_place ? file.name : place.tables.shards[file.shard].file, source.name, file.offset,
                file.offset + file.bytes, ""};
  if (shard == nullptr) {
    damage.problem = "is missing from " + place.tables.in_place;
  } else if (damage.end > shard->size()) {
    damage.problem = "the file ends at byte " + std::to_string(shard->size()) + ", before this source's end";
  } else if (sha256_of(*shard, file.offset, file.bytes) != file.sha256) {
    damage.problem = "the stored file is damaged (its SHA-256 is not the table's)";
  } else if (pixels == PixelCheck::decode && place.folder) {
    try {
      place.folder->verify_pixels(number);
      return;
    } catch (const Error& error) {
      if (error.code() != Errc::bad_input) throw;
      damage.problem = error.what();
    }
  } else {
    return;
  }
  report.damage.push_back(std::move(damage));
}

// Reads the tables; damage that keeps them from being read is reported.
bool read_tables(const fs::path& folder, Place& place, VerifyReport& report) {
  try {
    MetadataFiles files;
    files.dataset_json = read_file(folder / kDatasetFile);
    files.sources_jsonl = read_file(folder / kSourcesFile);
    if (!labels_file_of(files.dataset_json).empty()) files.labels = read_file(folder / kLabelsFile);
    place.tables = decode_tables(files);
    return true;
  } catch (const Error& error) {
    if (error.code() == Errc::io) throw;
    report.damage.push_back({kDatasetFile, "", 0, 0, error.what()});
    report.notes.push_back("the sources were not compared one by one: the tables cannot be read");
    return false;
  }
}

void open_folder(const fs::path& folder, PixelCheck pixels, Place& place, VerifyReport& report) {
  try {
    place.folder = std::make_unique<DatasetFolder>(folder);
  } catch (const Error& error) {
    if (error.code() == Errc::io) throw;
    if (pixels == PixelCheck::decode)
      report.notes.push_back(std::string("no pixels were compared: ") + error.what());
  }
}

std::vector<StatedFile> summed_files(const fs::path& folder, VerifyReport& report) {
  try {
    return parse_sums(read_file(folder / kSumsFile), kSumsFile);
  } catch (const Error& error) {
    if (error.code() == Errc::io) throw;
    report.damage.push_back({kSumsFile, "", 0, 0, error.what()});
    return {};
  }
}

// What the files have to be. Where dataset.json and its table agree with each other they are believed, and a
// line of SHA256SUMS that says otherwise is the one that is wrong; for the rest there are only the sums.
std::vector<StatedFile> stated_files(const fs::path& folder, const Tables* tables, VerifyReport& report) {
  std::vector<StatedFile> sums = summed_files(folder, report);
  if (tables == nullptr) return sums;
  std::vector<StatedFile> stated{{kSourcesFile, 0, sha256_hex(read_file(folder / kSourcesFile))}};
  if (!tables->labels->empty()) stated.push_back({kLabelsFile, 0, sha256_hex(tables->labels->packed())});
  for (const Shard& shard : tables->shards) stated.push_back({shard.file, shard.bytes, shard.sha256});
  for (const StatedFile& known : stated) {
    const auto line = std::find_if(sums.begin(), sums.end(),
                                   [&known](const StatedFile& sum) { return sum.file == known.file; });
    if (line == sums.end() || line->sha256 != known.sha256) {
      report.damage.push_back(
          {kSumsFile, known.file, 0, 0, "it does not state the digest that dataset.json has of this file"});
    }
    if (line != sums.end()) sums.erase(line);
  }
  stated.insert(stated.begin(), sums.begin(), sums.end());
  return stated;
}

}  // namespace

void verify_dataset(const fs::path& folder, PixelCheck pixels, VerifyReport& report) {
  Place place;
  open_folder(folder, pixels, place, report);  // also finishes a `frag split` that was interrupted
  Checks checks;
  const bool readable = read_tables(folder, place, report);
  for (const StatedFile& stated : stated_files(folder, readable ? &place.tables : nullptr, report)) {
    checks.add([&folder, stated](VerifyReport& part) { check_stated(folder, stated, part); });
  }
  report.in_place = readable && !place.tables.in_place.empty();
  if (readable) {
    VerifyReport said_already;  // a missing tar is one of the files above
    for (std::uint32_t i = 0; i < place.tables.shards.size(); ++i)
      place.shards.push_back(open_or_report(folder, place.tables.shards[i].file, said_already));
    const std::size_t count = place.tables.sources.size();
    for (std::size_t first = 0; first < count; first += kSourcesInACheck) {
      checks.add(
          [&place, pixels, first, end = std::min(first + kSourcesInACheck, count)](VerifyReport& part) {
            for (std::size_t i = first; i < end; ++i)
              check_source(place, static_cast<std::uint32_t>(i), pixels, part);
          });
    }
  }
  checks.run(report);
}

}  // namespace frag
