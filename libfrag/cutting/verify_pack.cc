// An export of frag pack against its manifest, and a shard by itself.
#include <algorithm>

#include "libfrag/base/digest.h"
#include "libfrag/base/error.h"
#include "libfrag/cutting/fragment_table.h"
#include "libfrag/cutting/pack_layouts.h"
#include "libfrag/cutting/pack_manifest.h"
#include "libfrag/cutting/verify_checks.h"
#include "libfrag/image/read.h"

namespace frag {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kImagesInACheck = 256;

void add(const ShardReport& shard, VerifyReport& report) {
  ++report.files;
  report.members += shard.members;
  report.damage.insert(report.damage.end(), shard.damage.begin(), shard.damage.end());
}

// A shard against its index where that can be read, else by itself; returns the SHA-256 where it was
// computed.
std::string check_members(const fs::path& folder, const std::string& tar, const std::string& index,
                          PixelCheck pixels, VerifyReport& report) {
  const auto shard = open_or_report(folder, tar, report);
  if (!shard) return "";
  try {
    const ShardReport found =
        check_shard(*shard, tar, parse_shard_index(read_file(folder / index), index), pixels);
    add(found, report);
    return found.sha256;
  } catch (const Error& error) {
    if (error.code() != Errc::bad_input && error.code() != Errc::not_found) throw;
    report.notes.push_back(tar + " was checked without its index: " + error.what());
  }
  add(check_lone_shard(*shard, tar), report);
  return "";
}

void check_stated_shard(const fs::path& folder, const ShardSummary& stated, PixelCheck pixels,
                        VerifyReport& report) {
  check_stated(folder, stated.index, report);
  const std::size_t before = report.damage.size();
  std::string sha256 = check_members(folder, stated.tar.file, stated.index.file, pixels, report);
  if (report.damage.size() > before) return;  // it is said already what is wrong
  if (sha256.empty()) sha256 = state_file(folder, stated.tar.file).sha256;
  if (sha256 != stated.tar.sha256) {
    report.damage.push_back({stated.tar.file, "", 0, stated.tar.bytes,
                             "its SHA-256 is " + sha256 + " where " + stated.tar.sha256 + " was written"});
  }
}

// A file of an image folder, as metadata.csv states it.
struct ImageRow {
  std::string file;  // relative to the export
  std::string digest;
};

std::vector<ImageRow> image_rows(const fs::path& folder, const std::string& table, VerifyReport& report) {
  std::vector<ImageRow> rows;
  const std::string parent = fs::path(table).parent_path().string() + "/";
  try {
    const std::string bytes = read_file(folder / table);
    std::string_view text = bytes;
    take_csv_record(text);  // the names of the columns: file_name and xxh3 first
    while (!text.empty()) {
      const std::vector<std::string> cells = take_csv_record(text);
      if (cells.size() < 2 || cells[0].find("..") != std::string::npos)
        throw Error(Errc::bad_input, "a row that names no file and digest");
      rows.push_back({parent + cells[0], cells[1]});
    }
  } catch (const Error& error) {
    if (error.code() != Errc::bad_input && error.code() != Errc::not_found) throw;
    report.damage.push_back({table, "", 0, 0, error.what()});
  }
  return rows;
}

void check_image(const fs::path& folder, const ImageRow& row, PixelCheck pixels, VerifyReport& report) {
  const auto file = open_or_report(folder, row.file, report);
  if (!file) return;
  ++report.members;
  const std::string bytes = file->read(0, file->size());
  if (xxh3_128_hex(bytes) != row.digest) {
    report.damage.push_back({row.file, "", 0, bytes.size(),
                             "its bytes are not the ones that were written (their digest differs)"});
  } else if (pixels == PixelCheck::decode) {
    try {
      decode_image(bytes);
    } catch (const Error& error) {
      if (error.code() != Errc::bad_input) throw;
      report.damage.push_back({row.file, "", 0, bytes.size(), error.what()});
    }
  }
}

void add_image_checks(const fs::path& folder, const std::string& table, PixelCheck pixels, Checks& checks,
                      VerifyReport& report) {
  const auto rows = std::make_shared<const std::vector<ImageRow>>(image_rows(folder, table, report));
  for (std::size_t first = 0; first < rows->size(); first += kImagesInACheck) {
    const std::size_t end = std::min(first + kImagesInACheck, rows->size());
    checks.add([&folder, rows, pixels, first, end](VerifyReport& part) {
      for (std::size_t i = first; i < end; ++i) check_image(folder, (*rows)[i], pixels, part);
    });
  }
}

// The manifest against itself and against the sums beside it.
void check_manifest(const fs::path& folder, const PackManifest& manifest, const std::string& name,
                    const std::string& bytes, VerifyReport& report) {
  ++report.files;
  if (encode(manifest) != bytes)
    report.damage.push_back({name, "", 0, bytes.size(), "it is not as frag pack writes it"});
  std::uint64_t written = 0, wanted = 0;
  for (const PackedSplit& split : manifest.splits) {
    written += split.written;
    wanted += split.fragments;
  }
  if (!manifest.complete) {
    ++report.unfinished;
    report.damage.push_back({name, "", 0, 0,
                             "the export is not finished (" + std::to_string(written) + " of " +
                                 std::to_string(wanted) + " fragments): run the same frag pack again"});
    return;
  }
  const std::string sums = sums_name(manifest.part, manifest.recipe.parts);
  const auto file = open_or_report(folder, sums, report);
  if (!file) return;
  ++report.files;
  if (file->read(0, file->size()) != pack_sums(manifest))
    report.damage.push_back({sums, "", 0, file->size(), "it and " + name + " state different digests"});
}

void add_manifest_checks(const fs::path& folder, const std::string& name, PixelCheck pixels, Checks& checks,
                         VerifyReport& report) {
  PackManifest manifest;
  try {
    const std::string bytes = read_file(folder / name);
    manifest = decode_pack_manifest(bytes, name);
    check_manifest(folder, manifest, name, bytes, report);
  } catch (const Error& error) {
    if (error.code() == Errc::io) throw;
    report.damage.push_back({name, "", 0, 0, error.what()});
    return;
  }
  for (const auto& [split, shard] : manifest.shards) {
    checks.add([&folder, one = shard, pixels](VerifyReport& part) {
      check_stated_shard(folder, one, pixels, part);
    });
  }
  for (const auto& [split, table] : manifest.tables) {
    checks.add([&folder, one = table](VerifyReport& part) { check_stated(folder, one, part); });
    if (manifest.recipe.layout == PackLayout::imagefolder)
      add_image_checks(folder, table.file, pixels, checks, report);
  }
}

// What an export beside a shard states of it.
std::unique_ptr<ShardSummary> stated_beside(const fs::path& folder, const std::string& tar) {
  for (const fs::path& path : find_manifests(folder)) {
    try {
      const PackManifest manifest = decode_pack_manifest(read_file(path), path.filename().string());
      for (const auto& [split, shard] : manifest.shards) {
        if (shard.tar.file == tar) return std::make_unique<ShardSummary>(shard);
      }
    } catch (const Error& error) {
      if (error.code() == Errc::io) throw;  // a damaged manifest states nothing
    }
  }
  return nullptr;
}

}  // namespace

void verify_pack(const fs::path& folder, PixelCheck pixels, VerifyReport& report) {
  Checks checks;
  const std::vector<fs::path> manifests = find_manifests(folder);
  if (manifests.empty()) report.damage.push_back({"pack.json", "", 0, 0, "is missing"});
  for (const fs::path& path : manifests)
    add_manifest_checks(folder, path.filename().string(), pixels, checks, report);
  checks.run(report);
}

void verify_shard(const fs::path& shard, PixelCheck pixels, VerifyReport& report) {
  const fs::path folder = shard.has_parent_path() ? shard.parent_path() : fs::path(".");
  const std::string tar = shard.filename().string();
  if (const auto stated = stated_beside(folder, tar))
    return check_stated_shard(folder, *stated, pixels, report);
  const std::string index = shard_index_name(shard.stem().string());
  if (fs::exists(folder / index)) {
    report.notes.push_back(tar + ": no pack.json states its digest; compared with " + index);
    check_members(folder, tar, index, pixels, report);
    return;
  }
  report.notes.push_back(tar +
                         ": no pack.json and no index; compared with the digests in its KEY.json members");
  add(check_lone_shard(FileReader(shard), tar), report);
}

}  // namespace frag
