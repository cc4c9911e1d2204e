#include "libfrag/cutting/plan.h"

#include <catch2/catch.hpp>

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
