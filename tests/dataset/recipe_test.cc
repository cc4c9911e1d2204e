#include "libfrag/dataset/recipe.h"

#include <catch2/catch.hpp>

#include "libfrag/base/error.h"
#include "tests/support/support.h"

using namespace frag;

TEST_CASE("a recipe reads back what it says") {
  const Recipe recipe = parse_recipe(
      "tile = 64\noverlap = 0.25\nangles = [0, 22.5]\nfit = \"largest\"\nchannels = \"gray\"\n"
      "group = 'patient-(\\d+)'\nsplit = \"80/20\"\nseed = 7\n",
      "r.toml");
  CHECK(recipe.tile == 64);
  CHECK(recipe.tiling().stride == 48);
  CHECK(recipe.make_angles().size() == 2);
  CHECK(recipe.fit == Fit::largest);
  CHECK(recipe_from_json(to_json(recipe)) == recipe);
}

TEST_CASE("an unknown key is named with its line and column") {
  CHECK_THROWS_WITH(parse_recipe("tile = 64\n\ntiel = 3\n", "r.toml"),
                    Catch::StartsWith("r.toml:3:") && Catch::Contains("\"tiel\""));
}

TEST_CASE("a value of the wrong type is named with its line") {
  CHECK_THROWS_WITH(parse_recipe("tile = \"64\"\n", "r.toml"),
                    Catch::StartsWith("r.toml:1:") && Catch::Contains("whole number"));
  CHECK_THROWS_WITH(parse_recipe("\nangles = \"0:10\"\n", "r.toml"),
                    Catch::StartsWith("r.toml:2:") && Catch::Contains("0:10"));
}

TEST_CASE("a file that is not TOML says where") {
  CHECK_THROWS_WITH(parse_recipe("tile = \n", "r.toml"), Catch::StartsWith("r.toml:1:"));
}

TEST_CASE("values out of range are refused with their range") {
  for (const char* text :
       {"tile = 4", "tile = 100000", "overlap = 1.0", "overlap = -0.1", "group = \"(\"", "group = \"x\""}) {
    INFO(text);
    CHECK_THROWS_AS(parse_recipe(text, "r.toml"), Error);
  }
}

TEST_CASE("the stride is the rounded rest of the tile, at least one pixel") {
  Recipe recipe;
  recipe.tile = 255;
  recipe.overlap = {0.5, {}};
  CHECK(recipe.tiling().stride == 128);
  recipe.overlap = {0.9999, {}};
  CHECK(recipe.tiling().stride == 1);
  recipe.overlap = {0, {}};
  CHECK(recipe.tiling().stride == 255);
}

TEST_CASE("a recipe's angle below zero is the one a turn higher, as a number, in a list and as text") {
  for (const char* text : {"angles = -22.5", "angles = [-22.5]", "angles = \"-22.5\""}) {
    const auto angles = parse_recipe(text, "recipe.toml").make_angles();
    REQUIRE(angles.size() == 1);
    CHECK(angles.front().millidegrees == 337500);
  }
}

TEST_CASE("a recipe's angle that no one means is refused with its place") {
  CHECK_THROWS_WITH(parse_recipe("tile = 64\nangles = [1e300]", "r.toml"), Catch::Contains("r.toml:2:"));
}
