#include "libfrag/cutting/verify.h"

#include <catch2/catch.hpp>

#include "libfrag/base/file.h"
#include "libfrag/cutting/cut.h"
#include "libfrag/cutting/pack.h"
#include "libfrag/cutting/threads.h"
#include "libfrag/dataset/folder.h"
#include "tests/support/support.h"

using namespace frag;
using frag::test::error_of;
using frag::test::TempDir;

namespace fs = std::filesystem;

namespace {

void flip(const fs::path& path, std::uint64_t at) {
  std::string bytes = read_file(path);
  bytes.at(at) ^= 1;
  test::write_text(path, bytes);
}

VerifyReport verify_alone(const fs::path& place, PixelCheck pixels = PixelCheck::skip) {
  const ThreadLimit alone(1);  // ThreadSanitizer cannot see oneTBB's order
  return verify(place, pixels);
}

// True where a line of the report names the file.
bool names(const VerifyReport& report, const std::string& file) {
  for (const Damage& damage : report.damage) {
    if (damage.file == file) return true;
  }
  return false;
}

struct Pack {
  TempDir dir;
  fs::path folder = dir / "p";

  explicit Pack(PackLayout layout, SampleFormat format = SampleFormat::png) {
    PackOptions options;
    options.dataset = test::small_dataset(dir);
    options.folder = folder;
    options.layout = layout;
    options.format = format;
    options.shard_fragments = 200;
    // An image folder syncs the whole file system once a split.
    if (layout == PackLayout::imagefolder) options.split = "val";
    const ThreadLimit alone(1);
    pack(options);
  }
};

}  // namespace

TEST_CASE("a dataset as it was cut is whole, its pixels too") {
  const TempDir dir;
  const VerifyReport report = verify_alone(test::small_dataset(dir), PixelCheck::decode);
  CHECK(report.whole());
  CHECK(report.kind == "dataset");
  CHECK(report.files == 3);
  CHECK(report.members == 12);
}

TEST_CASE("a byte changed in any file of a dataset is named with its file") {
  const TempDir dir;
  const fs::path dataset = test::small_dataset(dir);
  const std::string file =
      GENERATE(as<std::string>{}, "dataset.json", "sources.jsonl", "SHA256SUMS", "store/00000.tar");
  flip(dataset / file, read_file(dataset / file).size() / 2);
  const VerifyReport report = verify_alone(dataset);
  CHECK_FALSE(report.whole());
  CHECK(names(report, file));
}

TEST_CASE("a byte changed in a stored file is blamed on its source, in the range of its bytes") {
  const TempDir dir;
  const fs::path dataset = test::small_dataset(dir);
  const Source source = DatasetFolder(dataset).catalog().sources()[7];
  flip(dataset / "store/00000.tar", source.file.offset + 100);
  const VerifyReport report = verify_alone(dataset);
  REQUIRE(report.damage.size() == 2);  // the tar as a whole, and the source
  CHECK(report.damage[1].member == source.name);
  CHECK(report.damage[1].first == source.file.offset);
  CHECK(report.damage[1].end == source.file.offset + source.file.bytes);
}

TEST_CASE("a store cut short names the sources that it lost") {
  const TempDir dir;
  const fs::path dataset = test::small_dataset(dir);
  const Source source = DatasetFolder(dataset).catalog().sources()[10];
  fs::resize_file(dataset / "store/00000.tar", source.file.offset + 1);
  const VerifyReport report = verify_alone(dataset, PixelCheck::decode);
  REQUIRE(report.damage.size() == 3);  // the tar, and the last two sources
  CHECK(report.damage[1].member == source.name);
  CHECK_FALSE(report.notes.empty());  // no pixels were compared
}

TEST_CASE("a missing file of a dataset is named") {
  const TempDir dir;
  const fs::path dataset = test::small_dataset(dir);
  const std::string file =
      GENERATE(as<std::string>{}, "dataset.json", "sources.jsonl", "SHA256SUMS", "store/00000.tar");
  fs::remove(dataset / file);
  CHECK(names(verify_alone(dataset), file));
}

TEST_CASE("an export as it was written is whole in every layout") {
  const auto layout = GENERATE(PackLayout::webdataset, PackLayout::imagefolder, PackLayout::coordinates);
  const Pack pack(layout);
  const VerifyReport report = verify_alone(pack.folder, PixelCheck::decode);
  CHECK(report.whole());
  CHECK(report.kind == "pack");
  CHECK(report.notes.empty());
}

TEST_CASE("a byte changed in any file of an export is found, and the file named") {
  const auto layout = GENERATE(PackLayout::webdataset, PackLayout::imagefolder, PackLayout::coordinates);
  const Pack pack(layout);
  std::vector<std::string> files;
  for (const auto& entry : fs::recursive_directory_iterator(pack.folder)) {
    const std::string name = fs::relative(entry.path(), pack.folder).string();
    // One image of each class is enough.
    if (entry.is_regular_file() && (entry.path().extension() != ".png" || files.size() < 8))
      files.push_back(name);
  }
  REQUIRE(files.size() >= 3);
  for (const std::string& file : files) {
    const std::uint64_t at = read_file(pack.folder / file).size() / 2;
    flip(pack.folder / file, at);
    const VerifyReport report = verify_alone(pack.folder);
    INFO(file);
    CHECK_FALSE(report.whole());
    if (file != "pack.json" && file != "SHA256SUMS") CHECK(names(report, file));
    flip(pack.folder / file, at);
  }
  CHECK(verify_alone(pack.folder).whole());
}

TEST_CASE("a damaged shard says which member, alone or in its export") {
  const Pack pack(PackLayout::webdataset);
  flip(pack.folder / "val-000000.tar", 512 + 40);
  const VerifyReport alone = verify_alone(pack.folder / "val-000000.tar");
  REQUIRE(alone.damage.size() == 1);
  CHECK(alone.damage[0].first == 512);
  CHECK_THAT(alone.damage[0].member, Catch::Contains(".png"));
  CHECK(verify_alone(pack.folder).damage == alone.damage);
  CHECK(verify_alone(pack.folder / "train-000000.tar").whole());
}

TEST_CASE("a shard that left its folder is checked by what it carries, and that is said") {
  const auto format = GENERATE(SampleFormat::raw, SampleFormat::png);
  const Pack pack(PackLayout::webdataset, format);
  fs::create_directory(pack.dir / "away");
  const fs::path shard = pack.dir / "away" / "val-000000.tar";
  fs::rename(pack.folder / "val-000000.tar", shard);
  VerifyReport report = verify_alone(shard);
  CHECK(report.whole());
  CHECK_THAT(report.notes.at(0), Catch::Contains("KEY.json"));
  flip(shard, 512 + 200);
  CHECK(verify_alone(shard).damage.size() == 1);
}

TEST_CASE("an unfinished export is not whole, and says how to go on") {
  const Pack pack(PackLayout::webdataset);
  PackManifest manifest = decode_pack_manifest(read_file(pack.folder / "pack.json"), "pack.json");
  manifest.complete = false;
  test::write_text(pack.folder / "pack.json", encode(manifest));
  const VerifyReport report = verify_alone(pack.folder);
  REQUIRE(report.damage.size() == 1);
  CHECK_THAT(report.damage[0].problem, Catch::Contains("not finished"));
}

TEST_CASE("what is neither dataset nor export is an error, and not whole") {
  const TempDir dir;
  CHECK(error_of([&] { verify_alone(dir.path()); }).code() == Errc::not_found);
  CHECK(error_of([&] { verify_alone(dir / "nothing"); }).code() == Errc::not_found);
}

TEST_CASE("a text file is no shard, and a line about it") {
  const TempDir dir;
  test::write_text(dir / "notes.tar", std::string(3000, 'x'));
  CHECK_FALSE(verify_alone(dir / "notes.tar").whole());
}

TEST_CASE("images of a dataset in place are checked where they are: changed and missing ones are named") {
  const TempDir dir;
  test::write_image_set(dir / "images", 2, 3, 100, 100);
  CutOptions options = test::small_cut(dir);
  options.recipe.split = "50/50";
  options.storage = Storage::in_place;
  cut(options);
  CHECK(verify_alone(options.dataset).damage.empty());
  flip(dir / "images" / "class0" / "1.png", 60);
  fs::remove(dir / "images" / "class1" / "2.png");
  const VerifyReport report = verify_alone(options.dataset);
  REQUIRE(report.damage.size() == 2);
  CHECK(report.damage[0].member == "class0/1.png");
  CHECK(report.damage[1].problem.find("missing") != std::string::npos);
}

TEST_CASE("an export of 16-bit pictures is whole in every format that holds them") {
  const TempDir dir;
  for (const char* name : {"1.png", "2.png"})
    test::write_png(dir / "images" / "class" / name, test::noise_image(80, 70, 1, name[0], 16));
  CutOptions options = test::small_cut(dir);
  options.recipe.split = "50/50";
  options.recipe.bits = 16;
  cut(options);
  for (const SampleFormat format : {SampleFormat::raw, SampleFormat::png}) {
    PackOptions packing;
    packing.dataset = options.dataset;
    packing.folder = dir / name_of(format);
    packing.format = format;
    pack(packing);
    INFO(name_of(format));
    CHECK(verify_alone(packing.folder / "train-000000.tar", PixelCheck::decode).damage.empty());
    fs::remove(packing.folder / "train-000000.index.jsonl");
    fs::remove(packing.folder / "pack.json");
    CHECK(verify_alone(packing.folder / "train-000000.tar", PixelCheck::decode).damage.empty());
  }
}
