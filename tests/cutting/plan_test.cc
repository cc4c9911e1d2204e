#include "libfrag/cutting/plan.h"

#include <catch2/catch.hpp>

#include "libfrag/cutting/pack.h"
#include "libfrag/dataset/folder.h"
#include "tests/support/support.h"

using namespace frag;
using frag::test::TempDir;

TEST_CASE("654 published micrographs give the published number of fragments") {
  Recipe recipe;
  recipe.fit = Fit::inscribed;
  const Plan plan = plan_size(2272, 1704, 654, recipe);
  CHECK(plan.fragments == 4559688);
  CHECK(plan.fewest == 6972);
  CHECK(plan.most == 6972);
  CHECK(plan.raw_bytes == 4559688ull * 256 * 256);
}

TEST_CASE("a folder's plan counts by class and names what cannot be cut") {
  const TempDir dir;
  test::write_image_set(dir.path(), 2, 2, 100, 80);
  test::write_text(dir / "class1/bad.png", "x");
  const Plan plan = plan_folder(dir.path(), test::small_recipe());
  CHECK(plan.sources == 4);
  CHECK(plan.classes.at("class0").fragments * 2 == plan.fragments);
  REQUIRE(plan.skipped.size() == 1);
  CHECK(plan.skipped[0].name == "class1/bad.png");
}

TEST_CASE("a plan's classes, sides and angles are those that cut makes") {
  const TempDir dir;
  CutOptions options = test::small_cut(dir, "cut.frag");
  options.recipe.group = "/(.)";
  test::write_image_set(options.images, 3, 9, 110, 70);
  const Plan plan = plan_folder(options.images, options.recipe);
  cut(options);
  const DatasetFolder folder(options.dataset);
  std::map<std::string, std::uint64_t> sides, classes;
  for (const Source& source : folder.catalog().sources()) {
    sides[source.split] += source.fragments;
    classes[folder.catalog().classes()[source.class_number]] += source.fragments;
  }
  CHECK(plan.fragments == folder.catalog().fragments());
  CHECK(plan.split_problem.empty());
  REQUIRE(plan.splits.size() == sides.size());
  for (const auto& [name, side] : plan.splits) CHECK(side.fragments == sides.at(name));
  for (const auto& [name, planned] : plan.classes) CHECK(planned.fragments == classes.at(name));
  std::uint64_t by_angle = 0;
  for (const PlannedAngle& angle : plan.angles) by_angle += angle.fragments;
  CHECK(by_angle == plan.fragments);
}

TEST_CASE("a split that cut would refuse is a plan with the reason") {
  const TempDir dir;
  test::write_image_set(dir.path(), 2, 2, 100, 80);
  const Plan plan = plan_folder(dir.path(), test::small_recipe());
  CHECK_THAT(plan.split_problem, Catch::Contains("class0"));
  CHECK(plan.splits.empty());
  CHECK(plan.fragments > 0);
}

TEST_CASE("a plan says what each fit sees of the pixels") {
  Recipe recipe = test::small_recipe();
  recipe.angles = "0:330:30";
  const Plan plan = plan_size(100, 80, 3, recipe);
  REQUIRE(plan.sizes.size() == 1);
  CHECK(plan.sizes[0].sources == 3);
  REQUIRE(plan.sizes[0].coverage.size() == 3);
  for (const PlannedCoverage& fit : plan.sizes[0].coverage) {
    CHECK(fit.turned >= fit.upright);
    CHECK(fit.turned <= 1);
    CHECK(fit.upright > 0.8);
  }
}

TEST_CASE("a bare size has neither encoded sizes nor times") {
  CHECK_FALSE(plan_size(100, 80, 3, test::small_recipe()).cost);
}

TEST_CASE("the bytes that a plan foresees for raw shards are those that pack writes") {
  const TempDir dir;
  CutOptions options = test::small_cut(dir, "cut.frag");
  test::write_image_set(options.images, 2, 4, 110, 70);
  const Plan plan = plan_folder(options.images, options.recipe);
  REQUIRE(plan.cost);
  cut(options);
  PackOptions packing;
  packing.dataset = options.dataset;
  packing.folder = dir / "shards";
  packing.format = SampleFormat::raw;
  pack(packing);
  std::uint64_t written = 0;
  for (const auto& entry : std::filesystem::directory_iterator(packing.folder)) {
    if (entry.path().extension() == ".tar") written += entry.file_size();
  }
  std::map<std::string, std::uint64_t> bytes;
  for (const PlannedExport& one : plan.cost->exports) bytes[one.name] = one.bytes;
  CHECK(bytes.size() == 4);
  CHECK(static_cast<double>(bytes.at("raw")) == Approx(static_cast<double>(written)).epsilon(0.01));
  CHECK(bytes.at("coordinates") < bytes.at("raw"));
}

TEST_CASE("a plan that knows what is left out by content calls its counts upper bounds") {
  Recipe recipe = test::small_recipe();
  CHECK_FALSE(plan_size(100, 80, 1, recipe).upper_bounds);
  recipe.min_detail = 5;
  CHECK(plan_size(100, 80, 1, recipe).upper_bounds);
}
