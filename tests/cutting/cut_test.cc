#include "libfrag/cutting/cut.h"

#include <catch2/catch.hpp>
#include <fstream>

#include "libfrag/base/file.h"
#include "libfrag/cutting/plan.h"
#include "libfrag/cutting/threads.h"
#include "libfrag/dataset/folder.h"
#include "libfrag/dataset/layout.h"
#include "tests/support/support.h"

using namespace frag;
using frag::test::error_of;
using frag::test::small_cut;
using frag::test::TempDir;

TEST_CASE("the same images and recipe give the same bytes, whatever the number of threads") {
  const TempDir dir;
  test::write_image_set(dir / "images", 3, 6, 120, 90);
  {
    const ThreadLimit one(1);
    cut(small_cut(dir, "alone"));
  }
  cut(small_cut(dir, "parallel"));
  for (const std::string& name :
       {std::string(kDatasetFile), std::string(kSourcesFile), std::string(kSumsFile), shard_file(0)}) {
    INFO(name);
    CHECK(read_file(dir / "alone" / name) == read_file(dir / "parallel" / name));
  }
}

TEST_CASE("cut makes what plan says, for each fit, on real micrographs") {
  REQUIRE_TEST_DATA(data);
  const TempDir dir;
  for (const Fit fit : {Fit::inscribed, Fit::largest, Fit::cover, Fit::whole}) {
    CutOptions options;
    options.images = data / "blood-smears";
    options.dataset = dir / name_of(fit);
    options.recipe.fit = fit;
    const CutResult result = cut(options);
    const Plan plan = plan_folder(options.images, options.recipe);
    INFO(name_of(fit));
    CHECK(result.fragments == plan.fragments);
    CHECK(DatasetFolder(options.dataset).catalog().fragments() == plan.fragments);
    CHECK(result.sources == 48);
  }
}

TEST_CASE("bad images are left out by name and reason, and the rest is cut") {
  const TempDir dir;
  test::write_image_set(dir / "images", 2, 4, 100, 100);
  const std::string whole = read_file(dir / "images" / "class0" / "0.png");
  test::write_text(dir / "images" / "class0" / "half.png", whole.substr(0, whole.size() / 2));
  test::write_text(dir / "images" / "class1" / "text.jpg", "not an image");
  test::write_png(dir / "images" / "class1" / "tiny.png", test::noise_image(20, 20, 1, 1));
  const CutResult result = cut(small_cut(dir));
  REQUIRE(result.skipped.size() == 3);
  CHECK(result.skipped[0].name == "class0/half.png");
  CHECK(result.skipped[1].reason.find("not an image that frag reads") != std::string::npos);
  CHECK(result.skipped[2].reason.find("20x20") != std::string::npos);
  CHECK(result.sources == 8);
}

TEST_CASE("strict stops at the first bad image and leaves nothing") {
  const TempDir dir;
  test::write_image_set(dir / "images", 2, 3, 100, 100);
  test::write_text(dir / "images" / "class0" / "bad.png", "x");
  CutOptions options = small_cut(dir);
  options.on_bad_image = OnBadImage::stop;
  CHECK_THROWS_WITH(cut(options), Catch::Contains("class0/bad.png"));
  CHECK_FALSE(std::filesystem::exists(options.dataset));
  CHECK_FALSE(std::filesystem::exists(options.dataset.string() + ".part"));
}

TEST_CASE("an existing dataset is never overwritten") {
  const TempDir dir;
  test::write_image_set(dir / "images", 2, 3, 100, 100);
  test::write_text(dir / "dataset" / "mine", "precious");
  CHECK(error_of([&] { cut(small_cut(dir)); }).code() == Errc::usage);
  CHECK(read_file(dir / "dataset" / "mine") == "precious");
}

TEST_CASE("what a killed run left behind is cleared by the next") {
  const TempDir dir;
  test::write_image_set(dir / "images", 2, 3, 100, 100);
  test::write_text(dir / "dataset.part" / "store" / "00000.tar", "half");
  CHECK(cut(small_cut(dir)).sources == 6);
  CHECK_FALSE(std::filesystem::exists(dir / "dataset.part"));
}

TEST_CASE("a class with fewer groups than sides fails with its name, and leaves nothing") {
  const TempDir dir;
  test::write_image_set(dir / "images", 2, 3, 100, 100);
  std::filesystem::remove(dir / "images" / "class1" / "0.png");
  CHECK_THROWS_WITH(cut(small_cut(dir)), Catch::Contains("\"class1\""));
  CHECK(std::distance(std::filesystem::directory_iterator(dir.path()), {}) == 1);
}

TEST_CASE("channels are what the recipe says") {
  const TempDir dir;
  for (const char* name : {"a/1.png", "a/2.png", "b/1.png", "b/2.png"}) {
    test::write_png(dir / ("images/" + std::string(name)),
                    test::noise_image(64, 64, name[2] == '1' ? 3 : 1, name[0]));
  }
  for (const auto& [channels, expected] :
       {std::pair(Channels::gray, "11"), {Channels::rgb, "33"}, {Channels::keep, "31"}}) {
    CutOptions options = small_cut(dir, name_of(channels));
    options.recipe.channels = channels;
    options.recipe.split = "50/50";
    cut(options);
    const DatasetFolder folder(options.dataset);
    std::string found;
    for (std::uint32_t i = 0; i < 2; ++i) found += std::to_string(folder.decode_source(i).channels());
    CHECK(found == expected);
  }
}

TEST_CASE("the store is a tar of the original files that GNU tar's readers understand") {
  const TempDir dir;
  const auto path = test::small_dataset(dir);
  const std::string command =
      "cd '" + path.string() +
      "' && sha256sum --quiet -c SHA256SUMS && tar tf store/00000.tar | wc -l > ../count";
  REQUIRE(std::system(command.c_str()) == 0);
  CHECK(read_file(dir / "count") == "12\n");
}
