// What a dataset publishes: copies, stripped pixels, files in place; names or hashes.
#include <catch2/catch.hpp>

#include "libfrag/base/file.h"
#include "libfrag/cutting/cut.h"
#include "libfrag/cutting/sides.h"
#include "libfrag/dataset/folder.h"
#include "libfrag/dataset/layout.h"
#include "libfrag/image/pixel_digest.h"
#include "tests/support/support.h"

using namespace frag;
using frag::test::error_of;
using frag::test::small_cut;
using frag::test::TempDir;

namespace {

namespace fs = std::filesystem;

CutOptions stored(const TempDir& dir, Storage storage = Storage::copy) {
  CutOptions options = small_cut(dir);
  options.storage = storage;
  return options;
}

// All bytes of all files of a folder, and their names.
std::string everything_in(const fs::path& folder) {
  std::string all;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    all += entry.path().filename().string() + "\n";
    if (entry.is_regular_file()) all += read_file(entry.path());
  }
  return all;
}

bool holds(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

// A PNG with a text chunk that names somebody, behind its header. The chunk's checksum is not looked at.
std::string with_text_chunk(std::string png, const std::string& text) {
  const std::string body = "tEXtAuthor" + std::string(1, '\0') + text;
  std::string length(4, '\0');
  length[3] = static_cast<char>(body.size() - 4);
  png.insert(33, length + body + std::string(4, '\0'));
  return png;
}

void write_patients(const TempDir& dir, int from, int count) {
  for (int i = from; i < from + count; ++i) {
    test::write_png(dir / ("images/cells/patient-meier-" + std::to_string(i) + ".png"),
                    test::noise_image(96, 80, 1, static_cast<std::uint64_t>(i)));
  }
}

// Cuts as `options` say, and once more, stripped, into DIR/stripped: `trace` is in the first alone.
void cut_both_ways(const TempDir& dir, CutOptions options, const std::string& trace) {
  cut(options);
  REQUIRE(holds(everything_in(options.dataset), trace));
  options.dataset = dir / "stripped";
  options.storage = Storage::strip;
  cut(options);
  CHECK_FALSE(holds(everything_in(options.dataset), trace));
}

// A dataset of four patients that names none of them.
CutOptions cut_anonymously(const TempDir& dir) {
  write_patients(dir, 0, 4);
  CutOptions options = small_cut(dir);
  options.anonymous = true;
  cut(options);
  return options;
}

}  // namespace

TEST_CASE("a stripped dataset holds the pixels that are used and nothing else of the files") {
  const TempDir dir;
  test::write_image_set(dir / "images", 1, 4, 120, 96);
  for (const auto& entry : fs::recursive_directory_iterator(dir / "images")) {
    if (entry.is_regular_file())
      test::write_text(entry.path(), with_text_chunk(read_file(entry.path()), "Dr Meier"));
  }
  CutOptions options = stored(dir);
  options.recipe.crop.bottom = 16;
  cut_both_ways(dir, options, "Dr Meier");
  const DatasetFolder plain(dir / "dataset"), stripped(dir / "stripped");
  CHECK(stripped.catalog().stripped());
  for (std::uint32_t i = 0; i < 4; ++i) {
    CHECK(stripped.decode_source(i).height() == 80);
    CHECK(stripped.catalog().sources()[i].pixels == plain.catalog().sources()[i].pixels);
  }
}

TEST_CASE("a stripped slide has neither its label nor its description, and equal pixels") {
  REQUIRE_TEST_DATA(data);
  const TempDir dir;
  fs::create_directories(dir / "images" / "a");
  for (const char* name : {"1.svs", "2.svs"})
    fs::copy_file(data / "formats" / "cmu-1-small-region.svs", dir / "images" / "a" / name);
  CutOptions options = stored(dir);
  options.recipe.split = "50/50";
  options.recipe.crop = {100, 200, 300, 400};
  options.recipe.contrast = Contrast::stretch;
  cut_both_ways(dir, options, "Aperio");
  const DatasetFolder plain(dir / "dataset"), stripped(dir / "stripped");
  CHECK(pixel_digest(stripped.decode_source(0)) == pixel_digest(plain.decode_source(0)));
}

TEST_CASE("an anonymous dataset holds no name and no group, and the key beside it says them") {
  const TempDir dir;
  CutOptions options = cut_anonymously(dir);
  const std::string all = everything_in(options.dataset);
  CHECK_FALSE(holds(all, "meier"));
  CHECK_FALSE(holds(all, "patient"));
  const std::string key = read_file(key_file_of(options.dataset));
  const Source source = DatasetFolder(options.dataset).catalog().sources()[0];
  CHECK(holds(key, source.name + ",cells/patient-meier-0.png"));
  CHECK((fs::status(key_file_of(options.dataset)).permissions() & fs::perms::all) ==
        (fs::perms::owner_read | fs::perms::owner_write));
}

TEST_CASE("an anonymous dataset grows with its key, and not without") {
  const TempDir dir;
  CutOptions options = cut_anonymously(dir);
  const std::string rows = read_file(options.dataset / kSourcesFile);
  write_patients(dir, 4, 3);
  const fs::path key = key_file_of(options.dataset);
  fs::rename(key, dir / "elsewhere");
  const Error error = error_of([&] { cut(options); });
  CHECK(error.code() == Errc::not_found);
  CHECK(holds(error.what(), "dataset.key.csv: missing"));
  fs::rename(dir / "elsewhere", key);
  const CutResult result = cut(options);
  CHECK(result.known == 4);
  CHECK(result.added == 3);
  CHECK(read_file(options.dataset / kSourcesFile).substr(0, rows.size()) == rows);
  CHECK_FALSE(holds(everything_in(options.dataset), "meier"));
}

TEST_CASE("the names of an anonymous dataset cannot be grouped by an expression") {
  const TempDir dir;
  CutOptions options = cut_anonymously(dir);
  ResplitOptions resplitting;
  resplitting.group = "(meier)";
  CHECK(error_of([&] { resplit(options.dataset, resplitting); }).code() == Errc::usage);
}

TEST_CASE("what is added to a dataset is stored as the rest of it") {
  const TempDir dir;
  write_patients(dir, 0, 4);
  cut(stored(dir, Storage::strip));
  write_patients(dir, 4, 1);
  CHECK_THROWS_WITH(cut(stored(dir, Storage::in_place)),
                    Catch::Contains("not used in place") && Catch::Contains("leave out --in-place"));
  CHECK(cut(stored(dir)).added == 1);
  CHECK(DatasetFolder(dir / "dataset").catalog().stripped());
  write_patients(dir, 5, 1);
  CHECK(cut(stored(dir, Storage::strip)).added == 1);
}

TEST_CASE("a dataset with names stays one, and says so before it looks for a key") {
  const TempDir dir;
  write_patients(dir, 0, 4);
  CutOptions options = stored(dir);
  cut(options);
  options.anonymous = true;
  CHECK_THROWS_WITH(cut(options),
                    Catch::Contains("not anonymous") && Catch::Contains("leave out --anonymous"));
}

TEST_CASE("an anonymous dataset hides what is added to it, asked or not") {
  const TempDir dir;
  CutOptions options = cut_anonymously(dir);
  write_patients(dir, 4, 1);
  options.anonymous = false;
  const CutResult grown = cut(options);
  CHECK(grown.added == 1);
  CHECK(grown.anonymous);
  CHECK_FALSE(holds(everything_in(options.dataset), "meier"));
}

TEST_CASE("a dataset of files in place copies nothing and gives the same fragments") {
  const TempDir dir;
  write_patients(dir, 0, 4);
  CutOptions options = stored(dir, Storage::in_place);
  cut(options);
  const DatasetFolder folder(options.dataset);
  CHECK(folder.catalog().shards().empty());
  CHECK(folder.catalog().in_place() == fs::canonical(dir / "images").string());
  CHECK(pixel_digest(folder.decode_source(2)) == pixel_digest(test::noise_image(96, 80, 1, 2)));
}

TEST_CASE("a file in place that was changed later is noticed by its name") {
  const TempDir dir;
  write_patients(dir, 0, 4);
  cut(stored(dir, Storage::in_place));
  const DatasetFolder folder(dir / "dataset");
  test::write_png(dir / "images" / "cells" / "patient-meier-1.png", test::noise_image(96, 80, 1, 77));
  const Error error = error_of([&] { folder.decode_source(1); });
  CHECK(error.code() == Errc::bad_input);
  CHECK(holds(error.what(), "cells/patient-meier-1.png"));
  CHECK(holds(error.what(), "changed after frag cut"));
  folder.decode_source(2);
}

TEST_CASE("a dataset of files in place cannot be anonymous") {
  const TempDir dir;
  write_patients(dir, 0, 4);
  CutOptions options = stored(dir, Storage::in_place);
  options.anonymous = true;
  CHECK(error_of([&] { cut(options); }).code() == Errc::usage);
}
