#include "libfrag/dataset/recipe.h"
#include "tests/fuzz/fuzz.h"

FRAG_FUZZ(bytes) {
  const frag::Recipe recipe = frag::parse_recipe(bytes, "recipe.toml");
  recipe.make_angles();
  if (!(frag::recipe_from_json(frag::to_json(recipe)) == recipe)) __builtin_trap();
}
